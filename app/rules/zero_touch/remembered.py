"""What a stage answers to whole fleets: found out once for all phones that differ in nothing that it asks for."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from app.models.enums import Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Pin, Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.firmware import FirmwareChoice
from app.rules.zero_touch.placement import Placement
from app.rules.zero_touch.stage_rules import OneOfStage
from app.rules.zero_touch.template import TemplateChoice
from app.rules.zero_touch.trace import Step

MOST_KINDS = 4096
"""Kinds of phones whose answers are remembered."""

Choice = TypeVar("Choice", Placement, TemplateChoice, FirmwareChoice)

Choosing = Callable[[OneOfStage[Any]], Choice]
"""Asks the stage about one phone, with one rule or pin ahead of its ladder, or none."""


class Answered(NamedTuple, Generic[Choice]):
    """What a stage answered, and the step that decided; neither says why, because other phones got the same."""

    choice: Choice
    step: Step


class _Decider(NamedTuple):
    """A rule that matched some phone: the number of all that give the same, and its step."""

    gives: int
    step: Step


class StageAnswers(Generic[Choice]):
    """The answers of a stage by the rules of one side, with the same code that answers one phone.

    Whoever asks says of which kind a phone is: all that the stage asks for beside the rules. What ``fields`` a rule has
    asked for counts where the stage wants to know it.
    """

    def __init__(self, stage: Stage, fields: frozenset[str] = frozenset()) -> None:
        self.stage = stage
        self._fields = fields
        self._numbers: dict[Hashable, int] = {}
        self._deciders: dict[str, _Decider] = {}
        self._by_rules: dict[Hashable, dict[int, Choice | None]] = {}
        self._by_ladder: dict[Hashable, Answered[Choice]] = {}

    def find(
        self,
        kind: Hashable,
        lists: Sequence[RuleList[Any]],
        known: KnownFacts,
        at: datetime,
        choose: Choosing[Choice],
    ) -> Answered[Choice]:
        """Return the answer to a phone of a kind: of the first rule that matches and can be had, else of the ladder."""
        given = self._by_rules.get(kind)
        if given is None:
            if len(self._by_rules) >= MOST_KINDS:
                self._by_rules.clear()
                self._by_ladder.clear()
            given = self._by_rules[kind] = {}
        for rules in lists:
            for rule in rules.matching(known, at):
                decider = self._deciders.get(rule.key) or self._note(rule)
                number = decider.gives
                if number not in given:
                    answered = _answered(choose(OneOfStage((), known, at, rule=rule)))
                    given[number] = answered.choice if answered.step.rule == rule.key else None
                choice = given[number]
                if choice is not None:
                    return Answered(choice, decider.step)
        if kind not in self._by_ladder:
            self._by_ladder[kind] = _answered(choose(OneOfStage((), known, at)))
        return self._by_ladder[kind]

    def find_pinned(
        self, pin: Pin[Any], known: KnownFacts, at: datetime, choose: Choosing[Choice]
    ) -> Answered[Choice] | None:
        """Return what is pinned for one phone, None where it cannot be had."""
        answered = _answered(choose(OneOfStage((), known, at, pin)))
        return answered if answered.step.rule == f"{self.stage}.pinned" else None

    def _note(self, rule: Rule[Any]) -> _Decider:
        gives = (rule.outcome, rule.fields & self._fields)
        number = self._numbers.setdefault(gives, len(self._numbers))
        step = Step(self.stage, rule.key, rule.title[0].upper() + rule.title[1:], Verdict.MATCHED, "")
        return self._deciders.setdefault(rule.key, _Decider(number, step))


def _answered(choice: Choice) -> Answered[Choice]:
    step = next(step for step in choice.steps if step.verdict is Verdict.MATCHED)
    return Answered(replace(choice, reason="", steps=()), step._replace(sentence=""))
