"""A list of rules made ready to be asked for a fleet, or about one phone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Generic, NamedTuple

from app.rules.conditions.compiling import Matcher
from app.rules.conditions.demands import Demands
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.tracing import PhoneWords
from app.rules.ordered.by_facts import RulesLeft
from app.rules.ordered.rule import Outcome, Rule
from app.rules.ordered.tracing import RuleTrace, RuleTracer

WhyNot = Callable[[Rule[Outcome]], str]
"""Says why what a matching rule gives cannot be had by a phone; empty where it can."""


class ListTrace(NamedTuple, Generic[Outcome]):
    """How every rule stood to a phone, and which one decided, if one did."""

    steps: tuple[RuleTrace, ...]
    winner: Rule[Outcome] | None


def _always_to_be_had(_: Rule[Any]) -> str:
    return ""


class RuleList(Generic[Outcome]):
    """Rules in their order, compiled once; it does not change, so that many may ask it at the same time.

    Rules are asked only about phones whose facts leave them in question, and not again for these facts.
    """

    def __init__(self, rules: Iterable[Rule[Outcome]] = ()) -> None:
        self.rules: Sequence[Rule[Outcome]] = tuple(sorted(rules, key=lambda rule: rule.position))
        asked = [rule for rule in self.rules if rule.is_enabled]
        demands = [Demands(rule.conditions) for rule in asked]
        self._left = RulesLeft(demands)
        names = self._left.names
        self._ready: list[tuple[Matcher | None, bool, Rule[Outcome]]] = [
            (each.matcher_beside(names), rule.has_dates, rule)
            for each, rule in zip(demands, asked, strict=True)
        ]

    def first_match(
        self, facts: KnownFacts, at: datetime, why_not: WhyNot[Outcome] = _always_to_be_had
    ) -> Rule[Outcome] | None:
        """Return the first rule that matches a phone and whose outcome it can have, or None."""
        return next((rule for rule in self.matching(facts, at) if not why_not(rule)), None)

    def matching(self, facts: KnownFacts, at: datetime) -> Iterator[Rule[Outcome]]:
        """Yield every rule that matches, in their order."""
        compared = facts.compared
        ready, left = self._ready, self._left.by(compared)
        while left:
            first = left & -left
            left ^= first
            matches, has_dates, rule = ready[first.bit_length() - 1]
            if (matches is None or matches(compared)) and (not has_dates or rule.is_valid_at(at)):
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
