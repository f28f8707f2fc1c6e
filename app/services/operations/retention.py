"""Forgetting operations that ended long ago."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from app.models import Operation, OperationTarget

KEPT = timedelta(days=90)
_AT_MOST = 10_000


def find_old_targets(session: Session, *, now: datetime) -> Sequence[int]:
    """Return targets of operations that ended, or were paused or halted, longer ago than they are kept."""
    targets = select(OperationTarget.id).where(OperationTarget.operation_id.in_(_old(now)))
    return session.scalars(targets.order_by(OperationTarget.id).limit(_AT_MOST)).all()


def drop_targets(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Delete targets of old operations, and the operations that have none left; return how many targets."""
    is_old = OperationTarget.operation_id.in_(_old(now))
    dropped: Any = session.execute(
        delete(OperationTarget)
        .where(OperationTarget.id.in_(ids), is_old)
        .execution_options(synchronize_session=False)
    )
    has_targets = select(OperationTarget.id).where(OperationTarget.operation_id == Operation.id).exists()
    session.execute(
        delete(Operation)
        .where(Operation.id.in_(_old(now)), ~has_targets)
        .execution_options(synchronize_session=False)
    )
    return int(dropped.rowcount)


def _old(now: datetime) -> Select[int]:
    is_over = Operation.finished_at < now - KEPT
    was_left = (Operation.paused_by != "") & (Operation.last_served_at < now - KEPT)
    return select(Operation.id).where(or_(is_over, was_left))
