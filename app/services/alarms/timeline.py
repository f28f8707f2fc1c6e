"""What happened to an alarm after it was raised, line by line; the raise itself is in the alarm's own row."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import AlarmChange
from app.rules.alarms.states import Change

_TABLE = table_of(AlarmChange)
_INSERT = insert(_TABLE)

MOST_LINES = 200
"""Lines of one alarm that are shown, the newest."""


def write(session: Session, changes: Iterable[tuple[int, Change]], *, now: datetime, actor: str = "") -> None:
    """Add lines to the timelines of alarms, by their ids, with one statement; ``actor`` is a person."""
    rows = [
        {
            "alarm_id": alarm_id,
            "at": now,
            "deed": change.deed,
            "old": change.old,
            "new": change.new,
            "actor": actor[:100],
            "note": change.note,
            "rule_key": change.rule_key,
        }
        for alarm_id, change in changes
    ]
    if rows:
        session.connection().execute(_INSERT, rows)


def read(session: Session, alarm_id: int) -> Sequence[AlarmChange]:
    """Return the newest lines of an alarm that the caller has found in his scope, the newest first."""
    return session.scalars(
        select(AlarmChange)
        .where(AlarmChange.alarm_id == alarm_id)
        .order_by(AlarmChange.id.desc())
        .limit(MOST_LINES)
    ).all()
