"""The time of a clock that all processes share which compete for the same work."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import UtcDateTime


def shared_time(session: Session) -> datetime:
    """Return the database's time; for SQLite, whose processes are on one machine, that of the machine."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    return session.scalars(select(func.clock_timestamp(type_=UtcDateTime))).one()
