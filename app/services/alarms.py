"""Alarms and events that phones raise: one active row for each source and kind (manual 6.4)."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.models import Alarm, DeviceStatus
from app.models.enums import Severity
from app.rules.alarms import AlarmType, find_alarm_type

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alarm as a phone sent it; ``mac`` is None where the source names no phone."""

    mac: str | None
    source: str
    wire_name: str
    severity: Severity
    is_clear: bool
    text: str
    info1: str
    info2: str
    unique_id: str
    reported_type: str
    reported_cause: str
    reported_date: str
    peer: str


def record(session: Session, alerts: Sequence[Alert], *, now: datetime) -> None:
    """Raise, repeat or clear the alarms in the order in which they came.

    An alarm of a phone that was never heard of is accepted and not listed, as the original does (protocol 4.3).
    """
    for alert in alerts:
        status = _find_status(session, alert.mac) if alert.mac else None
        if status is None:
            log.info("An alarm %r of the unknown source %r is not listed.", alert.wire_name, alert.source)
            continue
        _record_one(session, alert, status, now)


def _find_status(session: Session, mac: str) -> DeviceStatus | None:
    """Return the phone's status as the database has it: reports of the same transaction write past the session."""
    statement = select(DeviceStatus).where(DeviceStatus.mac == mac)
    return session.scalar(statement.execution_options(populate_existing=True))


def _record_one(session: Session, alert: Alert, status: DeviceStatus, now: datetime) -> None:
    kind = find_alarm_type(alert.wire_name)
    key = _dedup_key(alert, kind)
    active = _find_active(session, Alarm.dedup_key == key)
    if alert.is_clear:
        cleared = active or _find_by_unique_id(session, alert)
        if cleared is not None:
            cleared.cleared_at = now
    elif active is None:
        session.add(_raised(alert, status, kind, key, now))
    else:
        _repeat(active, alert, status, now)
    session.flush()


def _find_active(session: Session, *conditions: ColumnElement[bool]) -> Alarm | None:
    """Return the alarm that is raised, locked so that what it counts is counted once."""
    wanted = select(Alarm).where(Alarm.cleared_at.is_(None), *conditions)
    return session.scalar(wanted.order_by(Alarm.id.desc()).limit(1).with_for_update())


def _find_by_unique_id(session: Session, alert: Alert) -> Alarm | None:
    """Return the alarm that a clear means by the number that the phone gave it, when it names none (protocol 4.3)."""
    if not alert.unique_id:
        return None
    return _find_active(session, Alarm.mac == alert.mac, Alarm.unique_id == alert.unique_id)


def _dedup_key(alert: Alert, kind: AlarmType | None) -> str:
    """Return what tells one alarm from another: kind and source, for events their code as well (rules 3.1)."""
    name = kind.name if kind else alert.wire_name.casefold()
    qualifier = alert.info1 if kind and kind.is_event else ""
    return hashlib.sha256(f"{name}\0{alert.mac}\0{qualifier}".encode()).hexdigest()


def _raised(alert: Alert, status: DeviceStatus, kind: AlarmType | None, key: str, now: datetime) -> Alarm:
    alarm = Alarm(
        dedup_key=key,
        name=kind.title if kind else alert.wire_name,
        is_event=kind.is_event if kind else False,
        source=alert.source,
        mac=alert.mac,
        first_raised_at=now,
        count=0,
    )
    _repeat(alarm, alert, status, now)
    return alarm


def _repeat(alarm: Alarm, alert: Alert, status: DeviceStatus, now: datetime) -> None:
    """Bring an alarm up to date with what was sent last; the severity sent is the one shown."""
    alarm.count += 1
    alarm.last_raised_at = now
    alarm.wire_name, alarm.severity, alarm.text = alert.wire_name, alert.severity, alert.text
    alarm.info1, alarm.info2, alarm.unique_id = alert.info1, alert.info2, alert.unique_id
    alarm.reported_type, alarm.reported_cause = alert.reported_type, alert.reported_cause
    alarm.reported_date = alert.reported_date
    alarm.ip, alarm.remote_host = status.ip, alert.peer
    alarm.tenant_id, alarm.site_id = status.tenant_id, status.site_id
