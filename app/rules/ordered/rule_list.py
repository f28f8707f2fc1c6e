"""A list of rules made ready to be asked for a fleet, or about one phone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from operator import itemgetter
from typing import Any, Generic, NamedTuple

from app.rules.conditions.compiling import Matcher
from app.rules.conditions.demands import Demands
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.tracing import PhoneWords
from app.rules.ordered.rule import Outcome, Rule
from app.rules.ordered.tracing import RuleTrace, RuleTracer

_INDEXED = ("model", "tenant")
_kind_of = itemgetter(*_INDEXED)
_MOST_KINDS = 4096

WhyNot = Callable[[Rule[Outcome]], str]
"""Says why what a matching rule gives cannot be had by a phone; empty where it can."""


class ListTrace(NamedTuple, Generic[Outcome]):
    """How every rule stood to a phone, and which one decided, if one did."""

    steps: tuple[RuleTrace, ...]
    winner: Rule[Outcome] | None


class _Ready(NamedTuple, Generic[Outcome]):
    rule: Rule[Outcome]
    demands: Demands
    matches: Matcher


def _made_ready(rule: Rule[Outcome]) -> _Ready[Outcome]:
    """A rule is asked about phones only whose model and tenant are as it demands: these it need not ask for again."""
    demands = Demands(rule.conditions)
    return _Ready(rule, demands, demands.matcher_beside(_INDEXED))


def _always_to_be_had(_: Rule[Any]) -> str:
    return ""


class RuleList(Generic[Outcome]):
    """Rules in their order, compiled once; it does not change, so that many may ask it at the same time.

    Which rules may match at all phones of a model in a tenant is found out when the first such phone comes.
    """

    def __init__(self, rules: Iterable[Rule[Outcome]] = ()) -> None:
        self.rules: Sequence[Rule[Outcome]] = tuple(sorted(rules, key=lambda rule: rule.position))
        self._ready = [_made_ready(rule) for rule in self.rules if rule.is_enabled]
        self._candidates: dict[tuple[Any, ...], list[tuple[Matcher, Rule[Outcome]]]] = {}

    def first_match(
        self, facts: KnownFacts, at: datetime, why_not: WhyNot[Outcome] = _always_to_be_had
    ) -> Rule[Outcome] | None:
        """Return the first rule that matches a phone and whose outcome it can have, or None."""
        return next((rule for rule in self.matching(facts, at) if not why_not(rule)), None)

    def matching(self, facts: KnownFacts, at: datetime) -> Iterator[Rule[Outcome]]:
        """Yield every rule that matches, in their order."""
        compared = facts.compared
        for matches, rule in self._candidates_for(compared):
            if matches(compared) and rule.is_valid_at(at):
                yield rule

    def trace(
        self,
        facts: KnownFacts,
        at: datetime,
        *,
        decided_by: str = "",
        why_not: WhyNot[Outcome] = _always_to_be_had,
    ) -> ListTrace[Outcome]:
        """Ask every rule, also where it is certain without it; ``decided_by`` names what decided before all of them."""
        steps: list[RuleTrace] = []
        winner: Rule[Outcome] | None = None
        words = PhoneWords(facts)
        for tracer in self._tracers:
            rule = tracer.rule
            step = tracer.ask(words, at, decided_by=decided_by, why_not=partial(why_not, rule))
            steps.append(step)
            if step.has_matched:
                winner, decided_by = rule, rule.title
        return ListTrace(tuple(steps), winner)

    @cached_property
    def _tracers(self) -> Sequence[RuleTracer]:
        return [RuleTracer(rule) for rule in self.rules]

    def _candidates_for(self, compared: dict[str, Any]) -> list[tuple[Matcher, Rule[Outcome]]]:
        kind = _kind_of(compared)
        found = self._candidates.get(kind)
        if found is None:
            known = dict(zip(_INDEXED, kind, strict=True))
            found = [(each.matches, each.rule) for each in self._ready if each.demands.allows(known)]
            # Models and tenants are few; what phones say they are need not be.
            if len(self._candidates) >= _MOST_KINDS:
                self._candidates.clear()
            self._candidates[kind] = found
        return found
