"""For how long the activity log is kept."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import JournalEntry
from app.services import settings

_AT_MOST = 10_000


def find_old(session: Session, *, now: datetime) -> Sequence[int]:
    """Return entries that are older than is kept, by System Settings, the oldest first."""
    kept_since = now - timedelta(days=int(settings.read_text(session, "activity_days")))
    old = select(JournalEntry.id).where(JournalEntry.at < kept_since).order_by(JournalEntry.at)
    return session.scalars(old.limit(_AT_MOST)).all()


def drop(session: Session, ids: Collection[int]) -> int:
    """Delete these entries; return how many there were."""
    dropped: Any = session.execute(
        delete(JournalEntry).where(JournalEntry.id.in_(ids)).execution_options(synchronize_session=False)
    )
    return int(dropped.rowcount)
