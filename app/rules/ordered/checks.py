"""What can be seen of rules before they become active: rows that are wrong, rules that never decide, likely slips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any, TypeAlias

from app.errors import InvalidInputError
from app.models.enums import Stage
from app.rules.conditions.demands import Demand, Demands
from app.rules.conditions.fields import ALARM, FIELDS, Occasion
from app.rules.conditions.operators import PRESENCE, Operator
from app.rules.conditions.text.printer import as_text
from app.rules.conditions.tree import Condition, check_size, conditions_in
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.rule import Rule

_FIXING = (Operator.IS, Operator.IN)

_Sound: TypeAlias = tuple[Rule[Any], Demands]
"""A rule that may decide, with what it demands."""


class Weight(Enum):
    """Whether a rule may become active with it."""

    ERROR = auto()
    WARNING = auto()


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a rule, or of one of its conditions, before it becomes active."""

    rule: str
    weight: Weight
    sentence: str
    condition: Condition | None = None


def check_rules(rules: Sequence[Rule[Any]], vocabulary: Vocabulary) -> list[Remark]:
    """Return what is to be said of the rules of a stage, in their order."""
    remarks: list[Remark] = []
    sound: list[_Sound] = []
    for rule in rules:
        errors = [*_size(rule), *_rows(rule, vocabulary), *_dates(rule)]
        remarks += errors
        if errors:
            continue
        demands = Demands(rule.conditions)
        contradictions = list(_contradictions(rule, demands))
        remarks += contradictions
        if rule.is_enabled and not contradictions:
            remarks += _unreachable(rule, demands, sound)
            sound.append((rule, demands))
        remarks += chain(
            _slips(rule),
            _versions(rule, demands),
            _hours(rule, vocabulary.stage),
            _users(rule, vocabulary.stage),
        )
    return remarks


def _size(rule: Rule[Any]) -> Iterator[Remark]:
    try:
        check_size(rule.conditions)
    except InvalidInputError as error:
        yield Remark(rule.key, Weight.ERROR, str(error))


def _rows(rule: Rule[Any], vocabulary: Vocabulary) -> Iterator[Remark]:
    """Yield what has become wrong with conditions since they were written: a model that is no more, say."""
    for condition in conditions_in(rule.conditions):
        try:
            vocabulary.condition(condition.field, condition.operator, condition.values)
        except InvalidInputError as error:
            yield Remark(rule.key, Weight.ERROR, str(error), condition)


def _dates(rule: Rule[Any]) -> Iterator[Remark]:
    if rule.valid_from and rule.valid_until and rule.valid_from >= rule.valid_until:
        sentence = f"{_named(rule)} never holds: its dates end before they begin."
        yield Remark(rule.key, Weight.ERROR, sentence)


def _contradictions(rule: Rule[Any], own: Demands) -> Iterator[Remark]:
    for demands in own.contradictions():
        sentence = f"{_named(rule)} can never match: no phone has {_joined(demands)}."
        yield Remark(rule.key, Weight.ERROR, sentence)


def _unreachable(rule: Rule[Any], own: Demands, before: Sequence[_Sound]) -> Iterator[Remark]:
    """Yield the first earlier rule that matches whatever this one matches."""
    for earlier, theirs in before:
        is_covered = earlier.conditions == rule.conditions or (theirs.is_whole and own.imply(theirs))
        if is_covered and earlier.is_valid_whenever(rule):
            sentence = (
                f"{_named(rule)} never decides: {earlier.title} comes before it "
                "and matches every phone that it matches."
            )
            yield Remark(rule.key, Weight.WARNING, sentence)
            return


def _slips(rule: Rule[Any]) -> Iterator[Remark]:
    for condition in conditions_in(rule.conditions):
        for value in condition.values:
            doubt = FIELDS[condition.field].type.doubt(condition.operator, value)
            if doubt:
                yield Remark(rule.key, Weight.WARNING, doubt, condition)


def _versions(rule: Rule[Any], own: Demands) -> Iterator[Remark]:
    """Yield where versions may be compared that have nothing to do with each other."""
    compared = [
        condition
        for condition in conditions_in(rule.conditions)
        if condition.field == "firmware" and condition.operator not in PRESENCE
    ]
    if not compared or _fixes(own, "model"):
        return
    if not _fixes(own, "vendor"):
        sentence = (
            f"{_named(rule)} compares versions of different vendors; add a condition on vendor or model."
        )
        yield Remark(rule.key, Weight.WARNING, sentence, compared[0])
    if "train" not in own.by_field:
        sentence = f"{_named(rule)} compares versions of different release trains; add a condition on train or model."
        yield Remark(rule.key, Weight.WARNING, sentence, compared[0])


def _hours(rule: Rule[Any], stage: Occasion) -> Iterator[Remark]:
    if stage is not Stage.PLACEMENT:
        return
    for condition in conditions_in(rule.conditions):
        if condition.field == "now":
            sentence = f"{_named(rule)} places phones by the hour at which they first come; they stay there afterwards."
            yield Remark(rule.key, Weight.WARNING, sentence, condition)


def _users(rule: Rule[Any], stage: Occasion) -> Iterator[Remark]:
    if stage in (Stage.FIRMWARE, ALARM):
        return
    asked = [condition for condition in conditions_in(rule.conditions) if condition.field == "user"]
    if asked and all(condition.operator not in PRESENCE for condition in asked):
        sentence = (
            f"{_named(rule)} asks for the user name, which is not known before somebody signs in; "
            "say with is-set or is-not-set what is to happen before."
        )
        yield Remark(rule.key, Weight.WARNING, sentence, asked[0])


def _fixes(own: Demands, name: str) -> bool:
    return any(each.holds and each.condition.operator in _FIXING for each in own.by_field.get(name, ()))


def _joined(demands: Sequence[Demand]) -> str:
    texts = [as_text(each.condition) if each.holds else f"not {as_text(each.condition)}" for each in demands]
    return " and ".join(texts)


def _named(rule: Rule[Any]) -> str:
    return rule.title[0].upper() + rule.title[1:]
