"""Ladders of rules, asked from the top until one matches, and the trace that tells how it went."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from app.models.enums import Stage

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Verdict(StrEnum):
    """How a rule stood to the phone; ``not_known`` when a fact it needs is missing."""

    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    NOT_REACHED = "not_reached"
    NOT_KNOWN = "not_known"


class Step(NamedTuple):
    """One rule of a ladder, and what it said of the phone, in a sentence for an administrator."""

    stage: Stage
    rule: str
    title: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Matched(Generic[Answer]):
    """The rule applies: its answer, and the sentence that says why."""

    answer: Answer
    sentence: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The rule does not apply, and the sentence that says why."""

    sentence: str
    verdict: Verdict = Verdict.NOT_MATCHED


@dataclass(frozen=True, slots=True)
class Rule(Generic[Question, Answer]):
    """One rung of a ladder; ``key`` stays the same for ever, because stored decisions name it."""

    key: str
    title: str
    judge: Callable[[Question], Matched[Answer] | Missed]


@dataclass(frozen=True, slots=True)
class Decided(Generic[Answer]):
    """The answer of the first rule that matched, its sentence, and a step for every rule of the ladder."""

    answer: Answer
    reason: str
    steps: tuple[Step, ...]


def decide(stage: Stage, ladder: Sequence[Rule[Question, Answer]], question: Question) -> Decided[Answer]:
    """Return what the first matching rule of the ladder says; the last rule has to match always."""
    steps: list[Step] = []
    for rank, rule in enumerate(ladder, start=1):
        found = rule.judge(question)
        if isinstance(found, Missed):
            steps.append(Step(stage, rule.key, rule.title, found.verdict, found.sentence))
            continue
        steps.append(Step(stage, rule.key, rule.title, Verdict.MATCHED, found.sentence))
        steps.extend(_not_reached(stage, later, rule) for later in ladder[rank:])
        return Decided(found.answer, found.sentence, tuple(steps))
    raise LookupError(f"No rule of the stage {stage} matched; the last one has to match always.")


def steps_as_json(steps: Iterable[Step]) -> list[dict[str, str]]:
    """Return the steps as plain data, for a JSON column."""
    return [step._asdict() for step in steps]


def steps_from_json(rows: Iterable[Mapping[str, str]]) -> tuple[Step, ...]:
    """Return the steps that ``steps_as_json`` turned into plain data."""
    return tuple(
        Step(Stage(row["stage"]), row["rule"], row["title"], Verdict(row["verdict"]), row["sentence"])
        for row in rows
    )


def _not_reached(stage: Stage, rule: Rule[Question, Answer], winner: Rule[Question, Answer]) -> Step:
    return Step(
        stage, rule.key, rule.title, Verdict.NOT_REACHED, f'Not asked, because "{winner.title}" decided.'
    )
