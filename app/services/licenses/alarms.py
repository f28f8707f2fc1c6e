"""The alarms of the licence: it comes to its end, fills up, or blocks phones (manual 6.4.4).

One that somebody deletes stays away for a day, unless it becomes worse.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alarm
from app.models.enums import ClearedBy, Severity
from app.rules.alarms.catalogue import ENDPOINT_LICENSE, ENDPOINTS_BLOCKED, AlarmType
from app.rules.license_standing import CAPACITY, PERIOD, Standing, warnings_of
from app.services.alarms.own import OwnAlarm, clear_own, raise_own
from app.services.licenses import blocked, overview

STAYS_DELETED = timedelta(days=1)
_KINDS = ((ENDPOINT_LICENSE, PERIOD), (ENDPOINT_LICENSE, CAPACITY), (ENDPOINTS_BLOCKED, ""))
_FROM_MILD_TO_BAD = (Severity.MAJOR, Severity.CRITICAL)


class Due(NamedTuple):
    """An alarm that is to be raised, or, with None for it, cleared."""

    kind: AlarmType
    qualifier: str
    raised: OwnAlarm | None


def find_due(session: Session, *, now: datetime) -> Sequence[Due]:
    """Return which alarms are to be raised or cleared, so that those stand that should."""
    stands = overview.stand(session, now=now)
    wanted = {(alarm.kind.name, alarm.qualifier): alarm for alarm in _wanted(session, stands)}
    found: list[Due] = []
    for kind, qualifier in _KINDS:
        alarm, last = wanted.get((kind.name, qualifier)), _find_last(session, kind, qualifier)
        is_active = last is not None and last.cleared_at is None
        if alarm is None and is_active:
            found.append(Due(kind, qualifier, None))
        elif alarm is not None and not _is_known(alarm, last, now):
            found.append(Due(kind, qualifier, alarm))
    return found


def settle(session: Session, due: Sequence[Due], *, now: datetime) -> int:
    """Raise and clear these alarms; return how many they are."""
    raise_own(session, [one.raised for one in due if one.raised is not None], now=now)
    for one in due:
        if one.raised is None:
            clear_own(session, one.kind, [("", one.qualifier)], now=now)
    return len(due)


def _wanted(session: Session, stands: Standing) -> Sequence[OwnAlarm]:
    """Return the alarms that should stand."""
    devices = stands.license.devices if stands.license else None
    info = f"Endpoint License capacity {devices} devices." if devices else ""
    alarms = [
        OwnAlarm(
            kind=ENDPOINT_LICENSE,
            qualifier=warned.qualifier,
            severity=warned.severity,
            text=warned.text,
            info=info,
        )
        for warned in warnings_of(stands)
    ]
    if blocked.count(session):
        alarms.append(OwnAlarm(kind=ENDPOINTS_BLOCKED))
    return alarms


def _find_last(session: Session, kind: AlarmType, qualifier: str) -> Alarm | None:
    """Return the alarm of this kind that was raised last, active or not, as the database has it."""
    last = select(Alarm).where(Alarm.name == kind.title, Alarm.info1 == qualifier)
    latest = last.order_by(Alarm.id.desc()).limit(1)
    return session.scalar(latest.execution_options(populate_existing=True))


def _is_known(alarm: OwnAlarm, last: Alarm | None, now: datetime) -> bool:
    """Whether an alarm stands as it should, or was deleted lately and has not become worse since."""
    if last is None:
        return False
    severity = alarm.severity or alarm.kind.severity
    if last.cleared_at is None:
        return last.reported_severity is severity
    was_deleted = last.cleared_by is ClearedBy.OPERATOR and now - last.cleared_at < STAYS_DELETED
    return was_deleted and _FROM_MILD_TO_BAD.index(severity) <= _FROM_MILD_TO_BAD.index(
        last.reported_severity
    )
