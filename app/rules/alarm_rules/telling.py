"""Who is to hear of what happens to an alarm, and by which rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.models.enums import AlarmDeed, NoticeReason, Severity
from app.rules.alarm_rules.asked import Lists
from app.rules.alarm_rules.outcomes import Escalate, Route
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Rule

_WORST_FIRST = tuple(Severity)

REASONS: dict[AlarmDeed | None, NoticeReason] = {
    None: NoticeReason.RAISE,
    AlarmDeed.REPEAT: NoticeReason.RAISE,
    AlarmDeed.REOPEN: NoticeReason.RAISE,
    AlarmDeed.SEVERITY: NoticeReason.CHANGE,
    AlarmDeed.ESCALATE: NoticeReason.ESCALATE,
    AlarmDeed.CLEAR: NoticeReason.CLEAR,
    AlarmDeed.ACKNOWLEDGE: NoticeReason.ACKNOWLEDGE,
}
"""Why somebody hears of what happened; of what else happens nobody does. None is that it was raised.

A repeat is told, as a raise, by rules alone that ask how often an alarm came.
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a rule has destinations told of an alarm; ``step`` names what happened, so that it is told once.

    What ``is_quiet`` makes no line in the timeline.
    """

    rule: Rule[Route] | Rule[Escalate]
    reason: NoticeReason
    destinations: tuple[int, ...]
    step: str
    is_quiet: bool = False


def prevented_or_told(
    lists: Lists[Route], facts: KnownFacts, severity: Severity, reason: NoticeReason, now: datetime
) -> Iterator[Rule[Route]]:
    """Yield the rules that say who is told; the last may be one that prevents what those after it would say.

    Of each list the first that matches counts, and those after it as long as each continues.
    """
    for rules in lists:
        for rule in rules.matching(facts, now):
            route = rule.outcome
            if reason not in route.on or _WORST_FIRST.index(severity) > _WORST_FIRST.index(route.at_least):
                continue
            yield rule
            if not route.forwards:
                return
            if not route.continues:
                break


def step_of(alarm: dict[str, Any], reason: NoticeReason, now: datetime) -> str:
    """Return what tells this happening of an alarm from others of the same reason."""
    if reason is NoticeReason.RAISE:
        return f"raise/{alarm['reopened']}/{alarm['holds']}"
    if reason is NoticeReason.CLEAR:
        return f"clear/{alarm['reopened']}/{alarm['holds']}"
    if reason is NoticeReason.ESCALATE:
        return f"escalate/{alarm['escalation_rule']}/{alarm['escalation_cycle']}/{alarm['escalation_step']}"
    return f"{reason}/{now.isoformat()}"
