"""Ladders, asked from the top until a rung matches, and the trace that tells how it went."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from app.models.enums import Stage
from app.rules.conditions.operators import Operator
from app.rules.conditions.tracing import Row
from app.rules.ordered.verdicts import Verdict

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Step(NamedTuple):
    """One rule, and what it said of the phone, in a sentence for an administrator.

    The ``rows`` are those of a rule that an administrator wrote.
    """

    stage: Stage
    rule: str
    title: str
    verdict: Verdict
    sentence: str
    rows: tuple[Row, ...] = ()


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
class Rung(Generic[Question, Answer]):
    """One of the built-in rules of a ladder; ``key`` stays the same for ever, because stored decisions name it.

    ``says`` is what it does, for those who read the ladder before any phone is asked.
    """

    key: str
    title: str
    judge: Callable[[Question], Matched[Answer] | Missed]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ahead(Generic[Answer]):
    """What was asked ahead of a ladder: the steps, and what decided there with its name, if anything did."""

    steps: tuple[Step, ...] = ()
    matched: Matched[Answer] | None = None
    decider: str = ""


@dataclass(frozen=True, slots=True)
class Decided(Generic[Answer]):
    """The answer of the first rule that matched, its sentence, and a step for every rule that there is."""

    answer: Answer
    reason: str
    steps: tuple[Step, ...]


def decide(
    stage: Stage,
    ladder: Sequence[Rung[Question, Answer]],
    question: Question,
    ahead: Ahead[Answer] | None = None,
) -> Decided[Answer]:
    """Return what decided ahead of the ladder, else its first rung that matches; the last has to match always."""
    steps = list(ahead.steps) if ahead else []
    if ahead and ahead.matched:
        steps.extend(_not_reached(stage, rung, ahead.decider) for rung in ladder)
        return Decided(ahead.matched.answer, ahead.matched.sentence, tuple(steps))
    for rank, rung in enumerate(ladder, start=1):
        found = rung.judge(question)
        if isinstance(found, Missed):
            steps.append(Step(stage, rung.key, rung.title, found.verdict, found.sentence))
            continue
        steps.append(Step(stage, rung.key, rung.title, Verdict.MATCHED, found.sentence))
        steps.extend(_not_reached(stage, later, f'"{rung.title}"') for later in ladder[rank:])
        return Decided(found.answer, found.sentence, tuple(steps))
    raise LookupError(f"No rule of the stage {stage} matched; the last one has to match always.")


def steps_as_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return the steps as plain data, for a JSON column; most have no rows."""
    plain = []
    for step in steps:
        row = step._asdict()
        rows = row.pop("rows")
        plain.append({**row, "rows": [each._asdict() for each in rows]} if rows else row)
    return plain


def steps_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps that ``steps_as_json`` turned into plain data."""
    return tuple(
        Step(
            Stage(row["stage"]),
            row["rule"],
            row["title"],
            Verdict(row["verdict"]),
            row["sentence"],
            tuple(_row_from_json(each) for each in row.get("rows", ())),
        )
        for row in rows
    )


def _row_from_json(plain: Mapping[str, Any]) -> Row:
    return Row(**{**plain, "operator": Operator(plain["operator"]), "wanted": tuple(plain["wanted"])})


def _not_reached(stage: Stage, rung: Rung[Question, Answer], decider: str) -> Step:
    sentence = f"Not asked, because {decider} decided."
    return Step(stage, rung.key, rung.title, Verdict.NOT_REACHED, sentence)
