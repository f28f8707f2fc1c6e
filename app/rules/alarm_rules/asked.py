"""The lists of rules that are asked about the alarms of one tenant: the system's, then the tenant's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

from app.rules.alarm_rules.outcomes import Correlate, Escalate, Flap, Route, Suppress
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.operators import Operator
from app.rules.conditions.tree import conditions_in
from app.rules.ordered.rule import Outcome, Rule
from app.rules.ordered.rule_list import RuleList

COUNT: Final = "count"
"""The field that repeats of an alarm change."""

_CHANGES_WITH = {Operator.AT_LEAST: (0,), Operator.LESS: (0,), Operator.MORE: (1,), Operator.AT_MOST: (1,)}
"""With which counts an answer changes: the one that is compared with, the one after it, or else both."""

Lists: TypeAlias = Sequence[RuleList[Outcome]]
_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class AskedRules:
    """The rules of each kind, in the order in which they are asked."""

    flap: Lists[Flap] = ()
    suppress: Lists[Suppress] = ()
    correlate: Lists[Correlate] = ()
    escalate: Lists[Escalate] = ()
    route: Lists[Route] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to ask."""
        return any((self.flap, self.suppress, self.correlate, self.escalate, self.route))


def first_match(lists: Lists[_Any], facts: KnownFacts, now: datetime) -> Rule[_Any] | None:
    """Return the first rule that matches an alarm, or None."""
    return next((rule for rules in lists if (rule := rules.first_match(facts, now)) is not None), None)


def find_rule(lists: Lists[_Any], key: str) -> Rule[_Any] | None:
    """Return the rule with this key, or None."""
    return next((rule for rule in all_rules(lists) if rule.key == key), None)


def all_rules(lists: Lists[_Any]) -> Iterator[Rule[_Any]]:
    """Yield all the rules that are switched on."""
    return (rule for rules in lists for rule in rules.rules if rule.is_enabled)


def counts_that_matter(asked: AskedRules) -> frozenset[int]:
    """Return how often an alarm has to have come that rules may say something else of it than the time before."""
    kinds: tuple[Lists[Any], ...] = (asked.suppress, asked.correlate, asked.escalate, asked.route)
    conditions = (
        condition
        for lists in kinds
        for rule in all_rules(lists)
        for condition in conditions_in(rule.conditions)
        if condition.field == COUNT
    )
    return frozenset(
        int(value) + later
        for condition in conditions
        for value in condition.values
        for later in _CHANGES_WITH.get(condition.operator, (0, 1))
    )
