"""Alarms and events that phones send, and what ends without a word of them."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from app.models import Alarm
from app.models.enums import AlarmDeed, ClearedBy, Severity, SourceKind
from app.rules.alarms.catalogue import ENDED_BY, AlarmType, Recovery
from app.rules.alarms.in_memory import Raised
from app.rules.alarms.states import Change
from app.rules.alarms.wire import find_alarm_type
from app.services import status_rows
from app.services.alarm_rules.following import Following
from app.services.alarms import places, timeline
from app.services.alarms.board import Board, key_of
from app.services.alarms.places import Place

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


class _Known(NamedTuple):
    """An alert of a phone that was heard of, and what it says."""

    alert: Alert
    place: Place
    kind: AlarmType | None
    key: str


def record(session: Session, alerts: Sequence[Alert], *, now: datetime) -> None:
    """Raise, repeat or clear the alarms in the order in which they came, with as many statements for many as for one.

    An alarm of a phone that was never heard of is accepted and not listed, as the original does (protocol 4.3).
    """
    found = places.lock(session, {alert.mac for alert in alerts if alert.mac})
    known = [_known(alert, found[alert.mac]) for alert in alerts if alert.mac in found]
    if len(known) < len(alerts):
        log.info("%d alarms of unknown sources are not listed.", len(alerts) - len(known))
    if not known:
        return
    board = Board(
        session,
        {each.key for each in known},
        reopening={each.key for each in known if not each.alert.is_clear},
        now=now,
        besides=_numbered(known),
    )
    for each in known:
        _put_on(board, each)
    board.write()
    status_rows.forget_digests(session, {each.place.mac for each in known if _ends_by_itself(each)})


def clear_implied(session: Session, recoveries: Collection[tuple[str, Recovery]], *, now: datetime) -> None:
    """Clear the alarms that end with what phones report of themselves (rules 3.2), with one statement without rules.

    Takes MACs with what each reports; their status rows are locked already, as they are where alarms are recorded.
    """
    keys = {key_of(kind.name, mac) for mac, recovery in recoveries for kind in ENDED_BY[recovery]}
    if not keys:
        return
    following = Following(session, now=now)
    if following.is_asked:
        board = Board(session, keys, reopening=(), now=now, following=following)
        for key in sorted(keys):
            board.clear(key, ClearedBy.STATE)
        board.write()
        return
    ending = select(Alarm.id).where(Alarm.active_key.in_(keys))
    cleared = session.scalars(
        update(Alarm)
        .where(Alarm.id.in_(ending.order_by(Alarm.id).with_for_update()))
        .values(cleared_at=now, cleared_by=ClearedBy.STATE, changed_at=now, next_due_at=Alarm.flaps_until)
        .returning(Alarm.id)
        .execution_options(synchronize_session=False)
    ).all()
    over = Change(AlarmDeed.CLEAR, new=ClearedBy.STATE)
    timeline.write(session, ((alarm_id, over) for alarm_id in sorted(cleared)), now=now)


def _known(alert: Alert, place: Place) -> _Known:
    kind = find_alarm_type(alert.wire_name)
    name = kind.name if kind else alert.wire_name.casefold()
    qualifier = alert.info1 if kind and kind.qualifier else ""
    return _Known(alert, place, kind, key_of(name, place.mac, qualifier))


def _numbered(known: Collection[_Known]) -> ColumnElement[bool] | None:
    """Return what finds the alarms that clears may mean by the numbers that phones gave them."""
    numbered = {(each.place.mac, each.alert.unique_id) for each in known if _may_mean_a_number(each.alert)}
    if not numbered:
        return None
    macs, unique_ids = zip(*numbered, strict=True)
    return and_(Alarm.mac.in_(set(macs)), Alarm.unique_id.in_(set(unique_ids)))


def _may_mean_a_number(alert: Alert) -> bool:
    return alert.is_clear and bool(alert.unique_id)


def _ends_by_itself(known: _Known) -> bool:
    """Whether a phone may end this alarm by reporting what it reported before, which has to count as a change then."""
    return not known.alert.is_clear and known.kind is not None and known.kind.ends_with is Recovery.REGISTERED


def _put_on(board: Board, known: _Known) -> None:
    alert = known.alert
    if not alert.is_clear:
        board.raise_(_raised(known))
        return
    if not board.clear(known.key, ClearedBy.PHONE) and _may_mean_a_number(alert):
        by_number = board.key_of_number(known.place.mac, alert.unique_id)  # when it names none (protocol 4.3)
        if by_number is not None:
            board.clear(by_number, ClearedBy.PHONE)


def _raised(known: _Known) -> Raised:
    kind, alert, place = known.kind, known.alert, known.place
    said = {
        "wire_name": alert.wire_name,
        "text": alert.text,
        "info1": alert.info1,
        "info2": alert.info2,
        "unique_id": alert.unique_id,
        "reported_type": alert.reported_type,
        "reported_cause": alert.reported_cause,
        "reported_date": alert.reported_date,
        "remote_host": alert.peer,
        **place.said,
    }
    fixed = {
        "name": kind.title if kind else alert.wire_name,
        "is_event": kind.is_event if kind else False,
        "source_kind": SourceKind.PHONE,
        "source": alert.source,
        **place.fixed,
    }
    return Raised(known.key, kind, alert.severity, said, fixed)
