"""The lists of rules that are asked about the alarms of one tenant: the system's, then the tenant's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from app.rules.alarm_rules.outcomes import Correlate, Escalate, Flap, Route, Suppress
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Outcome, Rule
from app.rules.ordered.rule_list import RuleList

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
