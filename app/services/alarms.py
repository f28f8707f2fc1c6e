"""Alarms and events that phones raise: one active row for each source and kind (manual 6.4)."""

import hashlib
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from app.models import Alarm, DeviceStatus
from app.models.enums import Severity
from app.rules.alarms import ENDED_BY, AlarmType, Recovery, find_alarm_type
from app.services import status_rows

AlarmRow: TypeAlias = dict[str, Any]

_COLUMNS = Alarm.__table__.columns
# The key, and what a repeat and a clear change.
_CHANGING = (
    "id", "count", "last_raised_at", "wire_name", "severity", "text", "info1", "info2", "unique_id", "reported_type",
    "reported_cause", "reported_date", "ip", "remote_host", "tenant_id", "site_id", "cleared_at",
)  # fmt: skip

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


class _Place(NamedTuple):
    """Where a phone is, which an alarm of it shows."""

    mac: str
    ip: str
    tenant_id: int | None
    site_id: int | None


class _Known(NamedTuple):
    """An alert of a phone that was heard of, and what it says."""

    alert: Alert
    place: _Place
    kind: AlarmType | None
    key: str


def record(session: Session, alerts: Sequence[Alert], *, now: datetime) -> None:
    """Raise, repeat or clear the alarms in the order in which they came, with as many statements for many as for one.

    An alarm of a phone that was never heard of is accepted and not listed, as the original does (protocol 4.3).
    """
    places = _lock_places(session, {alert.mac for alert in alerts if alert.mac})
    known = [_known(alert, places[alert.mac]) for alert in alerts if alert.mac in places]
    if len(known) < len(alerts):
        log.info("%d alarms of unknown sources are not listed.", len(alerts) - len(known))
    board = _Board(_lock_active(session, known), now)
    for each in known:
        board.record(each)
    board.write(session)
    status_rows.forget_digests(session, {each.place.mac for each in known if _ends_by_itself(each)})


def clear_implied(session: Session, recoveries: Collection[tuple[str, Recovery]], *, now: datetime) -> None:
    """Clear the alarms that end with what phones report of themselves, with one statement (rules 3.2).

    Takes MACs with what each reports; their status rows are locked already, as they are where alarms are recorded.
    """
    keys = {_key(kind.name, mac) for mac, recovery in recoveries for kind in ENDED_BY[recovery]}
    if keys:
        ending = select(Alarm.id).where(Alarm.cleared_at.is_(None), Alarm.dedup_key.in_(keys))
        session.execute(
            update(Alarm)
            .where(Alarm.id.in_(ending.order_by(Alarm.id).with_for_update()))
            .values(cleared_at=now)
            .execution_options(synchronize_session=False)
        )


def _lock_places(session: Session, macs: Collection[str]) -> dict[str, _Place]:
    """Return where those of these phones are that were heard of.

    Their rows are locked in the order of their MACs, so that of two processes that get alarms of one phone the second
    sees what the first wrote.
    """
    if not macs:
        return {}
    columns = select(DeviceStatus.mac, DeviceStatus.ip, DeviceStatus.tenant_id, DeviceStatus.site_id)
    wanted = columns.where(DeviceStatus.mac.in_(macs)).order_by(DeviceStatus.mac).with_for_update()
    return {row.mac: _Place._make(row) for row in session.execute(wanted)}


def _known(alert: Alert, place: _Place) -> _Known:
    kind = find_alarm_type(alert.wire_name)
    return _Known(alert, place, kind, _dedup_key(alert, kind))


def _dedup_key(alert: Alert, kind: AlarmType | None) -> str:
    """Return what tells one alarm from another: kind and source, for events their code as well (rules 3.1)."""
    name = kind.name if kind else alert.wire_name.casefold()
    qualifier = alert.info1 if kind and kind.is_event else ""
    return _key(name, alert.mac, qualifier)


def _key(name: str, mac: str | None, qualifier: str = "") -> str:
    return hashlib.sha256(f"{name}\0{mac}\0{qualifier}".encode()).hexdigest()


def _lock_active(session: Session, known: Collection[_Known]) -> list[AlarmRow]:
    """Return the active alarms that these may mean, locked, in the order in which they were first raised."""
    if not known:
        return []
    meant: ColumnElement[bool] = Alarm.dedup_key.in_({each.key for each in known})
    numbered = {(each.alert.mac, each.alert.unique_id) for each in known if _may_mean_a_number(each.alert)}
    if numbered:
        macs, unique_ids = zip(*numbered, strict=True)
        meant = or_(meant, and_(Alarm.mac.in_(set(macs)), Alarm.unique_id.in_(set(unique_ids))))
    active = select(*_COLUMNS).where(Alarm.cleared_at.is_(None), meant).order_by(Alarm.id)
    return [dict(row) for row in session.execute(active.with_for_update()).mappings()]


def _may_mean_a_number(alert: Alert) -> bool:
    return alert.is_clear and bool(alert.unique_id)


def _ends_by_itself(known: _Known) -> bool:
    """Whether a phone may end this alarm by reporting what it reported before, which has to count as a change then."""
    return not known.alert.is_clear and known.kind is not None and known.kind.ends_with is Recovery.REGISTERED


class _Board:
    """The active alarms of one transaction's phones, changed in memory and written in bulk."""

    def __init__(self, active: Iterable[AlarmRow], now: datetime) -> None:
        self._now = now
        self._active = {row["dedup_key"]: row for row in active}
        self._raised: list[AlarmRow] = []
        self._changed: dict[int, AlarmRow] = {}

    def record(self, known: _Known) -> None:
        """Raise, repeat or clear one alarm."""
        active = self._active.get(known.key)
        if known.alert.is_clear:
            self._clear(active or self._find_by_number(known.alert))
        elif active is None:
            self._active[known.key] = row = _raised(known, self._now)
            self._raised.append(row)
        else:
            active |= _last_sent(known, self._now) | {"count": active["count"] + 1}
            self._note(active)

    def write(self, session: Session) -> None:
        """Write what changed; alarms that ended before others that were raised, as one may be raised again."""
        if self._changed:
            session.execute(update(Alarm), list(map(_changes, self._changed.values())))
        if self._raised:
            self._raised.sort(key=_mac)
            session.execute(insert(Alarm), self._raised)

    def _clear(self, row: AlarmRow | None) -> None:
        if row is not None:
            row["cleared_at"] = self._now
            del self._active[row["dedup_key"]]
            self._note(row)

    def _note(self, row: AlarmRow) -> None:
        if "id" in row:  # one that was raised in this transaction is written anyway
            self._changed[row["id"]] = row

    def _find_by_number(self, alert: Alert) -> AlarmRow | None:
        """Return the latest alarm that a clear means by the number the phone gave it, when it names none (4.3)."""
        if not _may_mean_a_number(alert):
            return None
        number = (alert.mac, alert.unique_id)
        meant = (row for row in reversed(self._active.values()) if (row["mac"], row["unique_id"]) == number)
        return next(meant, None)


def _raised(known: _Known, now: datetime) -> AlarmRow:
    kind, alert = known.kind, known.alert
    return {
        "dedup_key": known.key,
        "name": kind.title if kind else alert.wire_name,
        "is_event": kind.is_event if kind else False,
        "source": alert.source,
        "mac": alert.mac,
        "first_raised_at": now,
        "cleared_at": None,
        "count": 1,
        **_last_sent(known, now),
    }


def _last_sent(known: _Known, now: datetime) -> AlarmRow:
    """Return what an alarm shows of what was sent last; the severity sent is the one shown."""
    alert, place = known.alert, known.place
    return {
        "last_raised_at": now,
        "wire_name": alert.wire_name,
        "severity": alert.severity,
        "text": alert.text,
        "info1": alert.info1,
        "info2": alert.info2,
        "unique_id": alert.unique_id,
        "reported_type": alert.reported_type,
        "reported_cause": alert.reported_cause,
        "reported_date": alert.reported_date,
        "ip": place.ip,
        "remote_host": alert.peer,
        "tenant_id": place.tenant_id,
        "site_id": place.site_id,
    }


def _changes(row: AlarmRow) -> AlarmRow:
    return {name: row[name] for name in _CHANGING}


def _mac(row: AlarmRow) -> str:
    return str(row["mac"])
