"""Silence: which phones were not heard for too long, counted only while the phone plane ran."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, exists, select, update
from sqlalchemy.orm import Session

from app.models import Decision, DeviceSeen, DeviceStatus, Heartbeat
from app.models.enums import Status
from app.rules.presence import silence_deadline
from app.services import settings
from app.services.upserts import insert_missing

PHONE_PLANE = "phone_plane"
LONGEST_GAP = timedelta(minutes=1)
NEVER_REPORTED_LIFETIME = timedelta(hours=24)

_HEARTBEAT: Table = Heartbeat.__table__  # type: ignore[assignment]  # declared as FromClause, and a Table here


def mark_disconnected(session: Session, *, now: datetime, limit: int) -> int:
    """Mark up to ``limit`` phones disconnected that were silent for Disconnected Timeout; return how many.

    Silence counts only while the phone plane ran: after a gap each phone has one full timeout, and while it is away
    none falls silent. The digests of those that are marked are cleared, so that the next report brings them back even
    when it says the same as the last.
    """
    plane = session.get(Heartbeat, PHONE_PLANE)
    if plane is None or now - plane.beat_at > LONGEST_GAP:
        return 0
    timeout = settings.read(session).disconnected_timeout
    deadline = silence_deadline(plane.running_since, now, timeout)
    return 0 if deadline is None else _mark_silent(session, deadline, now, limit)


def beat(session: Session, *, now: datetime) -> None:
    """Note that the phone plane runs; after a gap of more than a minute its running time counts anew."""
    insert_missing(session, _HEARTBEAT, [{"name": PHONE_PLANE, "beat_at": now, "running_since": now}])
    plane = session.get_one(Heartbeat, PHONE_PLANE, with_for_update=True)
    if now - plane.beat_at > LONGEST_GAP:
        plane.running_since = now
    plane.beat_at = max(now, plane.beat_at)


def drop_never_reported(session: Session, *, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` phones that asked for a file a day ago and never reported; return how many.

    What was decided for them goes with them.
    """
    old = (
        select(DeviceStatus.mac)
        .where(
            DeviceStatus.status.is_(None),
            DeviceStatus.device_id.is_(None),
            DeviceStatus.first_seen_at < now - NEVER_REPORTED_LIFETIME,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    macs = session.scalars(old).all()
    if macs:
        session.execute(delete(Decision).where(Decision.mac.in_(macs)))
        session.execute(delete(DeviceStatus).where(DeviceStatus.mac.in_(macs)))
    return len(macs)


def _mark_silent(session: Session, deadline: datetime, now: datetime, limit: int) -> int:
    """Mark phones that were last heard before the deadline; the silence of each is looked at again under its lock."""
    candidates = (
        select(DeviceStatus.mac)
        .join(DeviceSeen, DeviceSeen.mac == DeviceStatus.mac)
        .where(DeviceSeen.seen_at < deadline, DeviceStatus.status != Status.DISCONNECTED)
        .limit(limit)
        .with_for_update(of=DeviceStatus, skip_locked=True)
    )
    macs = session.scalars(candidates).all()
    if not macs:
        return 0
    marked = session.execute(
        update(DeviceStatus)
        .where(DeviceStatus.mac.in_(macs), _was_last_heard_before(deadline))
        .values(status=Status.DISCONNECTED, status_changed_at=now, digest=None)
        .returning(DeviceStatus.mac)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


def _was_last_heard_before(deadline: datetime) -> ColumnElement[bool]:
    return exists().where(DeviceSeen.mac == DeviceStatus.mac, DeviceSeen.seen_at < deadline)
