"""Which rules of a list may match, by single facts: most are ruled out without being asked.

A rule is a bit of a number. For each field there is the number of those rules that a fact leaves, and what is left for
a phone has the bits that all of its facts leave.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from app.rules.conditions.compiling import test_of
from app.rules.conditions.demands import Demand, Demands
from app.rules.conditions.field_type import Test, Wanted
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import PRESENCE, Operator

MOST_FACTS = 4096
"""Of a field; their answers are remembered."""

_RULES_OF_A_CONDITION = 4
"""Conditions that so many rules share are asked once ahead of these, in any field."""


class _Shared(NamedTuple):
    """A condition, with the rules that want it to hold, and those that want it to fail."""

    test: Test
    holding: int
    failing: int


class _FieldRules:
    """The rules that a fact of one field leaves."""

    def __init__(self, name: str, count: int, demands: Iterable[tuple[int, Demand]]) -> None:
        self.name = name
        self._every = (1 << count) - 1
        self._known = self._set = self._unset = 0
        shared: dict[Wanted, _Shared] = {}
        for number, demand in demands:
            self._add(shared, 1 << number, demand)
        self._shared = tuple(shared.values())
        self.wanted = tuple(shared)

    @property
    def is_shared(self) -> bool:
        """Whether it takes less to ask all conditions than to let each rule ask its own."""
        return len(self._shared) * _RULES_OF_A_CONDITION <= self._known.bit_count()

    def left(self, fact: Any | None) -> int:
        """Return the rules that may match a phone of which this is the fact, None where it is not known."""
        if fact is None:
            return self._every & ~(self._known | self._set)
        gone = self._unset
        for test, holding, failing in self._shared:
            gone |= failing if test(fact) else holding
        return self._every & ~gone

    def _add(self, shared: dict[Wanted, _Shared], rule: int, demand: Demand) -> None:
        condition = demand.condition
        if condition.operator in PRESENCE:
            if (condition.operator is Operator.IS_SET) is demand.holds:
                self._set |= rule
            else:
                self._unset |= rule
            return
        self._known |= rule
        test, wanted, holds = test_of(condition, holds=demand.holds)
        _, holding, failing = shared.get(wanted, (test, 0, 0))
        shared[wanted] = _Shared(test, holding | rule * holds, failing | rule * (not holds))


class _InOrder:
    """The rules that facts of an ordered field leave, remembered for each stretch of facts that answer alike."""

    def __init__(self, field: _FieldRules) -> None:
        self.name = field.name
        self._field = field
        self._begins = sorted(FIELDS[field.name].type.witnesses(field.wanted))
        self._left: list[int | None] = [None] * len(self._begins)
        self._left_unknown = field.left(None)

    def left(self, fact: Any | None) -> int:
        """Return the rules that may match a phone of which this is the fact, None where it is not known."""
        if fact is None:
            return self._left_unknown
        stretch = bisect_right(self._begins, fact) - 1
        found = self._left[stretch]
        if found is None:
            found = self._left[stretch] = self._field.left(self._begins[stretch])
        return found


class RulesLeft:
    """The rules that all facts of a phone leave, asked for whole fleets."""

    def __init__(self, demands: Sequence[Demands]) -> None:
        by_field: dict[str, list[tuple[int, Demand]]] = {}
        for number, each in enumerate(demands):
            for name, own in each.by_field.items():
                by_field.setdefault(name, []).extend((number, demand) for demand in own)
        fields = [_FieldRules(name, len(demands), own) for name, own in by_field.items()]
        self._every = (1 << len(demands)) - 1
        self._remembered: list[tuple[str, dict[Any, int], _FieldRules]] = []
        self._asked: list[tuple[str, _FieldRules | _InOrder]] = []
        for field in fields:
            kind = FIELDS[field.name].type
            if kind.has_few_facts:
                self._remembered.append((field.name, {}, field))
            elif kind.is_in_order:
                self._asked.append((field.name, _InOrder(field)))
            elif field.is_shared:
                self._asked.append((field.name, field))

    @property
    def names(self) -> list[str]:
        """The fields whose demands are met by all rules that are left."""
        return [*(name for name, _, _ in self._remembered), *(name for name, _ in self._asked)]

    def by(self, compared: Mapping[str, Any]) -> int:
        """Return the rules that may match a phone of these facts, as they are compared."""
        left = self._every
        for name, remembered, field in self._remembered:
            fact = compared[name]
            found = remembered.get(fact)
            if found is None:
                # Models and versions are few; what phones say they are need not be.
                if len(remembered) >= MOST_FACTS:
                    remembered.clear()
                found = remembered[fact] = field.left(fact)
            left &= found
        for name, rules in self._asked:
            if not left:
                break
            left &= rules.left(compared[name])
        return left
