"""The rules of administrators in a stage, asked ahead of its built-in ladder: each of them, or one that decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from app.models.enums import Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Pin, Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.trace import Ahead, Matched, Step

PINNED = "Pinned by an operator"

Outcome = TypeVar("Outcome")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class StageRules(Generic[Outcome]):
    """The rules of a stage, asked about a phone at a time, and what an operator pinned for it.

    There is a list of the system's, and one of the phone's tenant that is asked after it.
    """

    lists: Sequence[RuleList[Outcome]]
    facts: KnownFacts
    at: datetime
    pin: Pin[Outcome] | None = None

    def ask(
        self,
        stage: Stage,
        why_not: Callable[[Outcome], str],
        answer: Callable[[Outcome, frozenset[str]], Matched[Answer]],
    ) -> Ahead[Answer]:
        """Ask what is pinned, then every rule.

        ``why_not`` says why an outcome cannot be had, as the end of a sentence, empty where it can. ``answer`` turns
        one into the stage's answer, knowing the fields that were asked for it.
        """
        pin = self.pin
        problem = why_not(pin.outcome) if pin else ""
        steps = [_pinned(stage, pin, problem)] if pin else []
        decisive = None if problem else pin
        winner: Rule[Outcome] | None = None
        for rules in self.lists:
            decider = decisive or winner
            trace = rules.trace(
                self.facts,
                self.at,
                decided_by=decider.title if decider else "",
                why_not=lambda rule: why_not(rule.outcome),
            )
            winner = winner or trace.winner
            steps += [
                Step(stage, each.key, each.title, each.verdict, each.sentence, each.rows)
                for each in trace.steps
            ]
        if decisive is not None:
            found = answer(decisive.outcome, frozenset())
            matched = Matched(found.answer, f"{steps[0].sentence} {found.sentence}")
            return Ahead(tuple(steps), matched, decisive.title)
        if winner is None:
            return Ahead(tuple(steps))
        return Ahead(tuple(steps), _won(winner, steps, answer), winner.title)


@dataclass(frozen=True, slots=True)
class OneOfStage(StageRules[Outcome]):
    """A rule that is known to match a phone, or what is pinned for it: what it gives, without a sentence."""

    rule: Rule[Outcome] | None = None

    def ask(
        self,
        stage: Stage,
        why_not: Callable[[Outcome], str],
        answer: Callable[[Outcome, frozenset[str]], Matched[Answer]],
    ) -> Ahead[Answer]:
        """Return what ``StageRules.ask`` answers where this one decides, and nothing where it cannot be had."""
        pin, rule = self.pin, self.rule
        if pin is not None and not why_not(pin.outcome):
            step = Step(stage, f"{stage}.pinned", PINNED, Verdict.MATCHED, "")
            return Ahead((step,), answer(pin.outcome, frozenset()), PINNED)
        if rule is not None and not why_not(rule.outcome):
            step = Step(stage, rule.key, _capital(rule.title), Verdict.MATCHED, "")
            return Ahead((step,), answer(rule.outcome, rule.fields), rule.title)
        return Ahead()


def _won(
    winner: Rule[Outcome],
    steps: list[Step],
    answer: Callable[[Outcome, frozenset[str]], Matched[Answer]],
) -> Matched[Answer]:
    found = answer(winner.outcome, winner.fields)
    said = next(step.sentence for step in steps if step.verdict is Verdict.MATCHED)
    return Matched(found.answer, f"{said} {found.sentence}")


def _pinned(stage: Stage, pin: Pin[Outcome], problem: str) -> Step:
    title = _capital(pin.title)
    if problem:
        sentence = f"{title} does not count: {problem}."
        return Step(stage, f"{stage}.pinned", PINNED, Verdict.NOT_MATCHED, sentence)
    return Step(stage, f"{stage}.pinned", PINNED, Verdict.MATCHED, f"{title} counts.")


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]
