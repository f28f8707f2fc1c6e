"""Alarms that stand as long as something is so: looked for now and then, raised and cleared in bulk.

One that an operator deleted is not raised again for the same reason: for a phone that waits, or has no template, that
is until something new is decided about it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.models import Alarm, ConfigFile, Decision, DeviceStatus
from app.models.enums import Approval, ClearedBy, Status
from app.rules.alarms.catalogue import DOWNLOAD_FAILURE, HELD_TOO_LONG, NO_TEMPLATE, AlarmType
from app.services import status_rows
from app.services.alarms.own import OwnAlarm, clear_own, raise_own

WAITS_AT_MOST = timedelta(days=1)
"""How long a phone may report and wait for approval before an alarm says so."""
CONFIGURATION = "configuration"
FIRMWARE = "firmware"
"""What a phone was told to load: the qualifiers of a download failure."""
_AT_MOST = 5_000


class Finding(NamedTuple):
    """An alarm of a phone that is to be raised, or whose reason is over."""

    kind: AlarmType
    mac: str
    qualifier: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """How it went when a phone was told to load something; ``version`` is that of a firmware, where it is known."""

    mac: str
    what: str
    version: str = ""
    reason: str = ""
    is_done: bool


def find(session: Session, *, now: datetime) -> Sequence[Finding]:
    """Return what is to be raised or to be cleared."""
    begun = [
        Finding(kind, mac, "", is_over=False)
        for kind in (HELD_TOO_LONG, NO_TEMPLATE)
        for mac in _macs_without_alarm(session, kind, now)
    ]
    over = [
        Finding(kind, mac, info, is_over=True)
        for kind in (HELD_TOO_LONG, NO_TEMPLATE, DOWNLOAD_FAILURE)
        for mac, info in _alarms_without_reason(session, kind)
    ]
    return [*begun, *over]


def settle(session: Session, findings: Collection[Finding], *, now: datetime) -> int:
    """Raise and clear what is still due when the rows of the phones are locked; return how much that was."""
    status_rows.lock(session, {finding.mac for finding in findings})
    number = 0
    for kind in (HELD_TOO_LONG, NO_TEMPLATE, DOWNLOAD_FAILURE):
        begun = {finding.mac for finding in findings if finding.kind is kind and not finding.is_over}
        over = {finding.mac for finding in findings if finding.kind is kind and finding.is_over}
        if begun:
            still = _macs_without_alarm(session, kind, now, among=begun)
            number += raise_own(session, [OwnAlarm(kind=kind, mac=mac) for mac in still], now=now)
        if over:
            number += clear_own(session, kind, _alarms_without_reason(session, kind, among=over), now=now)
    return number


def note_downloads(session: Session, downloads: Sequence[Download], *, now: datetime) -> None:
    """Raise an alarm of phones that did not load what they were told to, and clear it of those that did."""
    failed = [
        OwnAlarm(
            kind=DOWNLOAD_FAILURE, mac=each.mac, qualifier=each.what, text=each.reason, info=each.version
        )
        for each in downloads
        if not each.is_done
    ]
    raise_own(session, failed, now=now)
    clear_own(
        session, DOWNLOAD_FAILURE, {(each.mac, each.what) for each in downloads if each.is_done}, now=now
    )


def _macs_without_alarm(
    session: Session, kind: AlarmType, now: datetime, *, among: Collection[str] | None = None
) -> Sequence[str]:
    """Return the phones of which such an alarm is to be raised."""
    is_ours = and_(Alarm.mac == DeviceStatus.mac, Alarm.name == kind.title)
    decided_since = exists().where(Decision.mac == Alarm.mac, Decision.decided_at > Alarm.cleared_at)
    is_deleted = and_(Alarm.cleared_by == ClearedBy.OPERATOR, ~decided_since)
    is_known = exists().where(is_ours, or_(Alarm.cleared_at.is_(None), is_deleted))
    wanted = select(DeviceStatus.mac).where(_is_so(kind), ~is_known)
    if kind is HELD_TOO_LONG:
        wanted = wanted.where(_has_waited_since(now - WAITS_AT_MOST))
    if among is not None:
        wanted = wanted.where(DeviceStatus.mac.in_(among))
    return session.scalars(wanted.order_by(DeviceStatus.mac).limit(_AT_MOST)).all()


def _alarms_without_reason(
    session: Session, kind: AlarmType, *, among: Collection[str] | None = None
) -> Sequence[tuple[str, str]]:
    """Return the phones whose alarm of a kind has no reason any more, each with the alarm's qualifier."""
    phone = DeviceStatus.mac == Alarm.mac
    if kind is DOWNLOAD_FAILURE:
        is_over = or_(
            exists().where(phone, _has_loaded()),
            exists().where(
                Alarm.info1 == CONFIGURATION,
                ConfigFile.name_key == Alarm.mac + ".cfg",
                ConfigFile.fetched_at > Alarm.last_raised_at,
            ),
        )
    else:
        is_over = ~exists().where(phone, _is_so(kind))
    wanted = select(Alarm.mac, Alarm.info1).where(
        Alarm.cleared_at.is_(None), Alarm.name == kind.title, is_over
    )
    if among is not None:
        wanted = wanted.where(Alarm.mac.in_(among))
    return session.execute(wanted.order_by(Alarm.mac).limit(_AT_MOST)).all()


def _is_so(kind: AlarmType) -> ColumnElement[bool]:
    """Return what holds for a phone as long as such an alarm of it stands."""
    if kind is NO_TEMPLATE:
        return and_(
            DeviceStatus.device_id.is_not(None),
            DeviceStatus.template_id.is_(None),
            DeviceStatus.status.is_not(None),
        )
    return and_(
        DeviceStatus.device_id.is_(None),
        DeviceStatus.approval.in_((Approval.NEEDED, Approval.HELD)),
        DeviceStatus.status.is_not(None),
        DeviceStatus.status != Status.DISCONNECTED,
    )


def _has_waited_since(at: datetime) -> ColumnElement[bool]:
    decided_later = exists().where(Decision.mac == DeviceStatus.mac, Decision.decided_at > at)
    return and_(DeviceStatus.first_seen_at <= at, ~decided_later)


def _has_loaded() -> ColumnElement[bool]:
    """A phone loads its file, and a firmware whose version nobody knows, when it boots."""
    has_booted = and_(
        or_(Alarm.info1 == CONFIGURATION, Alarm.info2 == ""), DeviceStatus.started_at > Alarm.last_raised_at
    )
    has_version = and_(
        Alarm.info1 == FIRMWARE, Alarm.info2 != "", DeviceStatus.firmware_version == Alarm.info2
    )
    return or_(has_booted, has_version)
