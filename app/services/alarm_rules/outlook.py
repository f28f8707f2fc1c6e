"""What becomes of an alarm by its rules next, and what it belongs to, for its page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Alarm, Destination
from app.models.enums import Severity, SourceKind
from app.rules.alarm_rules.asked import find_rule
from app.rules.alarm_rules.escalating import raised_severity
from app.services.alarm_rules.book import AlarmBook

MOST_CHILDREN: Final = 20
"""Alarms of an outage that are shown, the newest."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The step of an escalation that comes next; ``severity`` is None where it stays as it is."""

    at: datetime
    number: int
    rule: str
    severity: Severity | None
    destinations: Sequence[str]
    assigns_to: str


def next_step(session: Session, alarm: Alarm, *, now: datetime) -> NextStep | None:
    """Return what comes next while nobody sees to an alarm, None where nothing does."""
    if alarm.escalates_at is None or not alarm.is_active:
        return None
    lists = AlarmBook(session, now=now).asked_in(alarm.tenant_id).escalate
    rule = find_rule(lists, alarm.escalation_rule)
    if rule is None or alarm.escalation_step >= len(rule.outcome.steps):
        return None
    step = rule.outcome.steps[alarm.escalation_step]
    severity = raised_severity(alarm.severity, step)
    names = select(Destination.name).where(Destination.id.in_(step.destinations)).order_by(Destination.name)
    return NextStep(
        at=alarm.escalates_at,
        number=alarm.escalation_step + 1,
        rule=rule.title,
        severity=severity if severity is not alarm.severity else None,
        destinations=session.scalars(names).all(),
        assigns_to=step.assigns_to,
    )


def count_children(session: Session, alarms: Collection[Alarm]) -> Mapping[int, int]:
    """Return how many alarms are, or were until they ended, part of each of the outages among these."""
    ids = [alarm.id for alarm in alarms if alarm.source_kind is SourceKind.GROUP]
    if not ids:
        return {}
    counted = select(Alarm.parent_id, func.count()).where(Alarm.parent_id.in_(ids)).group_by(Alarm.parent_id)
    return {parent_id: number for parent_id, number in session.execute(counted) if parent_id is not None}


def children_of(session: Session, alarm: Alarm) -> Sequence[Alarm]:
    """Return the newest alarms of an outage, those that stand first."""
    if alarm.source_kind is not SourceKind.GROUP:
        return ()
    children = select(Alarm).where(Alarm.parent_id == alarm.id)
    return session.scalars(
        children.order_by(Alarm.cleared_at.is_not(None), Alarm.id.desc()).limit(MOST_CHILDREN)
    ).all()
