"""Silence: which phones were not heard for too long, counted only while the phone plane ran.

What is due is looked for in a transaction that only reads, however many phones there are; what is found is done a few
hundred rows at a time, each looked at again under its lock (docs/decisions/0015).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Decision, DeviceSeen, DeviceStatus, FileFetch, Heartbeat
from app.models.enums import Aspect, Status
from app.rules.alarms.catalogue import PHONE_DISCONNECTED
from app.rules.presence import silence_deadline
from app.services import report_rows, settings
from app.services.alarms.own import OwnAlarm, raise_own
from app.services.phone_history import retention
from app.services.phone_history.entries import Entry
from app.services.upserts import insert_missing

PHONE_PLANE = "phone_plane"
LONGEST_GAP = timedelta(minutes=1)
NEVER_REPORTED_LIFETIME = timedelta(hours=24)
LONGEST_LAG = timedelta(seconds=5)
"""By how much a last contact may lag behind the report, with time to spare: it is written within a second."""
_ROWS_AT_ONCE = 10_000

_HEARTBEAT = table_of(Heartbeat)


def beat(session: Session, *, now: datetime) -> None:
    """Note that the phone plane runs; after a gap of more than a minute its running time counts anew."""
    insert_missing(session, _HEARTBEAT, [{"name": PHONE_PLANE, "beat_at": now, "running_since": now}])
    plane = session.get_one(Heartbeat, PHONE_PLANE, with_for_update=True)
    if now - plane.beat_at > LONGEST_GAP:
        plane.running_since = now
    plane.beat_at = max(now, plane.beat_at)


def deadline(session: Session, *, now: datetime) -> datetime | None:
    """Return the moment before which a last contact means silence, by Disconnected Timeout; None while nothing does.

    Silence counts only while the phone plane ran: after a gap each phone has one full timeout, and while it is away
    none falls silent. A phone that was heard in time must not be found silent because its last contact lags.
    """
    plane = session.get(Heartbeat, PHONE_PLANE)
    if plane is None or now - plane.beat_at > LONGEST_GAP:
        return None
    timeout = settings.read(session).disconnected_timeout
    return silence_deadline(plane.running_since, now, timeout + LONGEST_LAG)


def find_silent(session: Session, *, before: datetime, since: datetime | None = None) -> Sequence[str]:
    """Return the phones that were last heard before this moment and are not marked disconnected.

    One pass over the narrow table; the wide one is asked only about phones that were last heard between ``since``,
    where it is given, and ``before``.
    """
    is_not_marked = exists().where(
        DeviceStatus.mac == DeviceSeen.mac, DeviceStatus.status != Status.DISCONNECTED
    )
    silent = select(DeviceSeen.mac).where(DeviceSeen.seen_at < before, is_not_marked)
    if since is not None:
        silent = silent.where(DeviceSeen.seen_at >= since)
    return session.scalars(silent.execution_options(yield_per=_ROWS_AT_ONCE)).all()


def mark_disconnected(session: Session, macs: Collection[str], *, before: datetime, now: datetime) -> int:
    """Mark those of these phones disconnected that are still silent since this moment; return how many.

    An alarm of each is raised, which its next report ends.

    One that another writes at the moment is left out, for it is being heard or is found again. The digests of those
    that are marked are cleared, so that the next report brings them back even when it says the same as the last.
    """
    free = (
        select(DeviceStatus.mac, DeviceStatus.tenant_id, DeviceStatus.status)
        .where(DeviceStatus.mac.in_(macs), DeviceStatus.status != Status.DISCONNECTED)
        .with_for_update(skip_locked=True)
    )
    found = {mac: (tenant_id, status) for mac, tenant_id, status in session.execute(free)}
    marked = session.execute(
        update(DeviceStatus)
        .where(DeviceStatus.mac.in_(found), _was_last_heard(before))
        .values(status=Status.DISCONNECTED, status_changed_at=now, digest=None)
        .returning(DeviceStatus.mac)
        .execution_options(synchronize_session=False)
    )
    silent = sorted(marked.scalars())
    fell = Aspect.STATUS.value, Status.DISCONNECTED.value
    kept = [Entry(mac, found[mac][0], fell[0], found[mac][1] or "", fell[1]) for mac in silent]
    report_rows.keep(session, kept, now)
    raise_own(session, [OwnAlarm(kind=PHONE_DISCONNECTED, mac=mac) for mac in silent], now=now)
    return len(silent)


def find_never_reported(session: Session, *, now: datetime) -> Sequence[str]:
    """Return the phones that asked for a file a day ago and never reported."""
    old = select(DeviceStatus.mac).where(
        DeviceStatus.status.is_(None),
        DeviceStatus.device_id.is_(None),
        DeviceStatus.first_seen_at < now - NEVER_REPORTED_LIFETIME,
    )
    return session.scalars(old.execution_options(yield_per=_ROWS_AT_ONCE)).all()


def drop_never_reported(session: Session, macs: Collection[str]) -> int:
    """Delete those of these phones that still have not reported, and what was decided for them; return how many."""
    # With the conditions in the statement SQLite would look through all phones without a status.
    free = select(DeviceStatus.mac, DeviceStatus.status, DeviceStatus.device_id)
    rows = session.execute(free.where(DeviceStatus.mac.in_(macs)).with_for_update(skip_locked=True))
    dropped = [mac for mac, status, device_id in rows if status is None and device_id is None]
    session.execute(delete(Decision).where(Decision.mac.in_(dropped)))
    session.execute(delete(FileFetch).where(FileFetch.mac.in_(dropped)))
    retention.forget(session, dropped)
    session.execute(delete(DeviceStatus).where(DeviceStatus.mac.in_(dropped)))
    return len(dropped)


def _was_last_heard(before: datetime) -> ColumnElement[bool]:
    return exists().where(DeviceSeen.mac == DeviceStatus.mac, DeviceSeen.seen_at < before)
