"""What a tree demands of single fields, so that questions about all phones there could be can be answered.

A form is nothing but demands: each of its rows has to hold, each of its exceptions has to fail. Fields are taken as
independent of one another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.rules.conditions.compiling import Judge, Matcher, compile_condition, compile_demands, compile_match
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import CONTRARIES, PRESENCE
from app.rules.conditions.tree import And, Condition, Node, Not, Or


class Demand(NamedTuple):
    """A condition that has to hold, or has to fail, for a tree to hold."""

    condition: Condition
    holds: bool
    judge: Judge

    def is_met_by(self, fact: Any | None) -> bool:
        """Return whether a fact, as it is compared, is as demanded."""
        return self.judge({self.condition.field: fact}) is self.holds


class Demands:
    """The demands of a tree by their fields; ``is_whole`` where the tree demands nothing else."""

    def __init__(self, tree: Node) -> None:
        self._tree = tree
        self.is_whole = True
        self.by_field: dict[str, list[Demand]] = {}
        for demand in self._of(tree, holds=True):
            self.by_field.setdefault(demand.condition.field, []).append(demand)

    def _of(self, node: Node, *, holds: bool) -> Iterator[Demand]:
        if isinstance(node, Condition):
            yield Demand(node, holds, compile_condition(node))
        elif isinstance(node, Not):
            yield from self._of(node.part, holds=not holds)
        elif isinstance(node, And if holds else Or):
            for part in node.parts:
                yield from self._of(part, holds=holds)
        else:
            self.is_whole = False

    def allows(self, facts: Mapping[str, Any]) -> bool:
        """Return whether these facts, as they are compared, are as demanded; what is None is not known."""
        return all(
            demand.is_met_by(fact) for name, fact in facts.items() for demand in self.by_field.get(name, ())
        )

    def matcher_beside(self, names: Collection[str]) -> Matcher | None:
        """Return what says whether the tree is certain to hold for facts that are as demanded in these fields.

        None where it is certain without being asked.
        """
        if not self.is_whole:
            return compile_match(self._tree)
        others = [demand for name, own in self.by_field.items() if name not in names for demand in own]
        return compile_demands((demand.condition, demand.holds) for demand in others) if others else None

    def contradictions(self) -> Iterator[Sequence[Demand]]:
        """Yield the demands of each field that no fact can meet together."""
        for demands in self.by_field.values():
            try:
                can_be_met = any(_are_met(demands, fact) for fact in _facts_that_differ(demands))
            except LookupError:
                continue
            if not can_be_met:
                yield demands

    def imply(self, others: "Demands") -> bool:
        """Return whether whatever meets these demands meets the others; false where that cannot be told."""
        return all(self._imply(demand) for demands in others.by_field.values() for demand in demands)

    def _imply(self, other: Demand) -> bool:
        own = self.by_field.get(other.condition.field, [])
        facts = _facts_that_differ([*own, other])
        try:
            return all(other.is_met_by(fact) for fact in facts if _are_met(own, fact))
        except LookupError:
            return False


def _are_met(demands: Sequence[Demand], fact: Any | None) -> bool:
    return all(demand.is_met_by(fact) for demand in demands)


def _facts_that_differ(demands: Sequence[Demand]) -> Iterator[Any | None]:
    """Yield facts of a field, so that each way in which the demands can be met or not is that of one of them.

    LookupError where it would take too many.
    """
    field = FIELDS[demands[0].condition.field]
    if field.is_optional:
        yield None
    conditions = [demand.condition for demand in demands if demand.condition.operator not in PRESENCE]
    yield from field.type.witnesses(
        [(CONTRARIES.get(each.operator, each.operator), each.values) for each in conditions]
    )
