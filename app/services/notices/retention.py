"""What is kept of notices and deliveries, and for how long."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from app.models import Alarm, Delivery, GroupedNotice, NoticeGroup
from app.models.enums import NoticeFate

LOG_LASTS = timedelta(days=30)
"""How long the delivery log tells of a message that was sent or given up."""
_AT_MOST = 5_000


def find_old_deliveries(session: Session, *, now: datetime) -> Sequence[int]:
    """Return deliveries that nobody looks for any more."""
    old = select(Delivery.id).where(_is_old_delivery(now)).order_by(Delivery.id)
    return session.scalars(old.limit(_AT_MOST)).all()


def drop_deliveries(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Delete these deliveries, if they are still old; return how many."""
    gone = delete(Delivery).where(Delivery.id.in_(ids), _is_old_delivery(now)).returning(Delivery.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def find_old_notices(session: Session, *, now: datetime) -> Sequence[int]:
    """Return notices that were dealt with, of alarms that are over: those of an active one say who knows of it."""
    old = select(GroupedNotice.id).where(_is_old_notice(now)).order_by(GroupedNotice.id)
    return session.scalars(old.limit(_AT_MOST)).all()


def drop_notices(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Delete these notices, if they are still old; return how many."""
    gone = (
        delete(GroupedNotice)
        .where(GroupedNotice.id.in_(ids), _is_old_notice(now))
        .returning(GroupedNotice.id)
    )
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def find_empty_groups(session: Session, *, now: datetime) -> Sequence[int]:
    """Return groups that have nothing to tell and of which nothing is left."""
    return session.scalars(select(NoticeGroup.id).where(_is_empty(now)).limit(_AT_MOST)).all()


def drop_groups(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Delete these groups, if they are still empty; return how many."""
    # Whoever puts a notice into one has locked it before, so that it is either seen here or comes too late.
    locked = select(NoticeGroup.id).where(NoticeGroup.id.in_(ids)).with_for_update(skip_locked=True)
    free = session.scalars(locked).all()
    gone = delete(NoticeGroup).where(NoticeGroup.id.in_(free), _is_empty(now)).returning(NoticeGroup.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _is_old_delivery(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.next_try_at.is_(None), Delivery.created_at < now - LOG_LASTS)


def _is_old_notice(now: datetime) -> ColumnElement[bool]:
    is_active = exists().where(Alarm.id == GroupedNotice.alarm_id, Alarm.cleared_at.is_(None))
    return and_(GroupedNotice.at < now - LOG_LASTS, GroupedNotice.fate != NoticeFate.WAITING, ~is_active)


def _is_empty(now: datetime) -> ColumnElement[bool]:
    return and_(
        NoticeGroup.due_at.is_(None),
        NoticeGroup.opened_at < now - LOG_LASTS,
        or_(NoticeGroup.last_told_at.is_(None), NoticeGroup.last_told_at < now - LOG_LASTS),
        ~exists().where(GroupedNotice.group_id == NoticeGroup.id),
    )
