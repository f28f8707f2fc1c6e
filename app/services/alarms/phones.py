"""What becomes of a phone's active alarms when the phone goes to another tenant, or goes for good."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm, DeviceStatus, Tenant
from app.models.enums import AlarmDeed, ClearedBy
from app.rules.alarms.states import Change
from app.services.alarm_rules.following import follow
from app.services.alarms import timeline

_AT_MOST = 5_000
_NOBODY = "no tenant"


def find_left_behind(session: Session) -> Sequence[str]:
    """Return phones that have active alarms in another tenant or site than they are in."""
    left = select(Alarm.mac).join(DeviceStatus, DeviceStatus.mac == Alarm.mac).where(*_is_left_behind())
    return session.scalars(left.distinct().order_by(Alarm.mac).limit(_AT_MOST)).all()


def bring_along(session: Session, macs: Collection[str], *, now: datetime, actor: str = "") -> int:
    """Bring the active alarms of these phones to where the phones are now; return how many went.

    One that goes to another tenant has a line about it in its timeline.
    """
    left = session.execute(
        select(Alarm.id, Alarm.tenant_id, DeviceStatus.tenant_id, DeviceStatus.site_id)
        .join(DeviceStatus, DeviceStatus.mac == Alarm.mac)
        .where(Alarm.mac.in_(macs), *_is_left_behind())
        .order_by(Alarm.id)
        .with_for_update(of=Alarm)
    ).all()
    if not left:
        return 0
    session.execute(
        update(Alarm),
        [{"id": id_, "tenant_id": tenant, "site_id": site} for id_, _, tenant, site in left],
    )
    names = dict(session.execute(select(Tenant.id, Tenant.name)).all())
    moved = (
        (
            id_,
            Change(AlarmDeed.MOVE, old=names.get(before or 0, _NOBODY), new=names.get(tenant or 0, _NOBODY)),
        )
        for id_, before, tenant, _ in left
        if before != tenant
    )
    timeline.write(session, moved, now=now, actor=actor)
    _follow(session, [row[0] for row in left], AlarmDeed.MOVE, now)
    return len(left)


def clear_of_removed(session: Session, macs: Collection[str], *, now: datetime, actor: str = "") -> int:
    """Clear the active alarms of phones whose device goes; return how many there were."""
    active = select(Alarm.id).where(Alarm.mac.in_(macs), Alarm.cleared_at.is_(None))
    cleared = session.scalars(
        update(Alarm)
        .where(Alarm.id.in_(active.order_by(Alarm.id).with_for_update()))
        .values(cleared_at=now, cleared_by=ClearedBy.DEVICE_REMOVED, changed_at=now, next_due_at=None)
        .returning(Alarm.id)
        .execution_options(synchronize_session=False)
    ).all()
    gone = Change(AlarmDeed.CLEAR, new=ClearedBy.DEVICE_REMOVED)
    timeline.write(session, ((alarm_id, gone) for alarm_id in sorted(cleared)), now=now, actor=actor)
    _follow(session, cleared, AlarmDeed.CLEAR, now)
    return len(cleared)


def _follow(session: Session, ids: Collection[int], deed: AlarmDeed, now: datetime) -> None:
    """Let the rules know what happened to these alarms."""
    if not ids:
        return
    rows = session.execute(select(*table_of(Alarm).columns).where(Alarm.id.in_(ids)).order_by(Alarm.id))
    follow(session, [(dict(row), deed) for row in rows.mappings()], now=now)


def _is_left_behind() -> tuple[ColumnElement[bool], ...]:
    is_elsewhere = or_(
        Alarm.tenant_id.is_distinct_from(DeviceStatus.tenant_id),
        Alarm.site_id.is_distinct_from(DeviceStatus.site_id),
    )
    return Alarm.cleared_at.is_(None), is_elsewhere
