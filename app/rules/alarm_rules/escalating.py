"""The clock of an escalation and its steps, as columns of the alarm.

``clock_from`` is since when the clock has run, None while it stands; ``clock_ran`` are the seconds before. Each
arming, and each further round, is a cycle of its own, so that a step of a cycle is taken once.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.models.enums import Severity
from app.rules.alarm_rules.outcomes import Escalate, Step
from app.rules.ordered.rule import Rule

_WORST_FIRST = tuple(Severity)


class DueStep(NamedTuple):
    """A step that is due; what it is called, so that it is taken once."""

    rule: Rule[Escalate]
    cycle: int
    number: int

    @property
    def step(self) -> Step:
        """What is to be done."""
        return self.rule.outcome.steps[self.number]


def arm(alarm: dict[str, Any], rule: Rule[Escalate]) -> None:
    """Let the steps of a rule begin; the clock does not run yet."""
    alarm |= {
        "escalation_rule": rule.key,
        "escalation_cycle": alarm["escalation_cycle"] + 1,
        "escalation_round": 0,
        "escalation_step": 0,
        "clock_from": None,
        "clock_ran": 0,
        "escalates_at": None,
    }


def disarm(alarm: dict[str, Any]) -> None:
    """Let nothing escalate any more; what has been raised stays until it is cleared."""
    alarm |= {"escalation_rule": "", "clock_from": None, "clock_ran": 0, "escalates_at": None}


def run_clock(alarm: dict[str, Any], escalate: Escalate, *, runs: bool, now: datetime) -> None:
    """Let the clock run or stand, and say when the next step is due."""
    begun = alarm["clock_from"]
    if runs and begun is None:
        alarm["clock_from"] = now
    elif not runs and begun is not None:
        passed = escalate.hours.elapsed(begun, now) if escalate.hours else now - begun
        alarm["clock_ran"] += int(passed.total_seconds())
        alarm["clock_from"] = None
    alarm["escalates_at"] = _due_at(alarm, escalate)


def due_step(alarm: dict[str, Any], rule: Rule[Escalate] | None, now: datetime) -> DueStep | None:
    """Return the step that is due, or None."""
    due_at = alarm["escalates_at"]
    if rule is None or due_at is None or due_at > now or alarm["escalation_step"] >= len(rule.outcome.steps):
        return None
    return DueStep(rule, alarm["escalation_cycle"], alarm["escalation_step"])


def take(alarm: dict[str, Any], due: DueStep, now: datetime) -> None:
    """Take a step: what it says of severity and person, and what comes after it."""
    step, escalate = due.step, due.rule.outcome
    raised = raised_severity(alarm["severity"], step)
    if raised != alarm["severity"]:
        alarm |= {"severity": raised, "escalated_severity": raised}
    if step.assigns_to:
        alarm["assigned_to"] = step.assigns_to
    alarm |= {"level": due.number + 1, "escalation_step": due.number + 1, "changed_at": now}
    if alarm["escalation_step"] == len(escalate.steps) and alarm["escalation_round"] < escalate.repeats:
        alarm |= {
            "escalation_round": alarm["escalation_round"] + 1,
            "escalation_cycle": alarm["escalation_cycle"] + 1,
            "escalation_step": 0,
            "clock_from": now,
            "clock_ran": 0,
        }
    alarm["escalates_at"] = _due_at(alarm, escalate)


def raised_severity(severity: Severity, step: Step) -> Severity:
    """Return how bad an alarm is said to be after a step: never better than before."""
    place = max(_WORST_FIRST.index(severity) - step.raises_by, 0)
    if step.raises_to is not None:
        place = min(place, _WORST_FIRST.index(step.raises_to))
    return _WORST_FIRST[place]


def destinations_told(alarm: dict[str, Any], escalate: Escalate) -> tuple[int, ...]:
    """Return whom the steps have told that were taken."""
    taken = escalate.steps if alarm["escalation_round"] else escalate.steps[: alarm["level"]]
    return tuple(dict.fromkeys(each for step in taken for each in step.destinations))


def _due_at(alarm: dict[str, Any], escalate: Escalate) -> datetime | None:
    begun, number = alarm["clock_from"], alarm["escalation_step"]
    if begun is None or number >= len(escalate.steps):
        return None
    left = max(escalate.steps[number].after - timedelta(seconds=alarm["clock_ran"]), timedelta())
    if escalate.hours is not None:
        return escalate.hours.later(begun, left)
    due_at: datetime = begun + left
    return due_at
