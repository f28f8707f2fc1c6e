"""What happens to alarms by themselves: acknowledgements and shelves run out, some alarms end, old history goes.

What rules have begun goes on here too: windows close, alarms that flapped have been quiet, escalations take a step.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm
from app.models.enums import AlarmDeed
from app.rules.alarms.catalogue import type_titled
from app.rules.alarms.states import Change, moves_due, next_due_at
from app.services.alarm_rules.following import AlarmRow, Following, write_ruled
from app.services.alarms import timeline

_AT_MOST = 5_000
HISTORY_LASTS = timedelta(days=365)


def find_due(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the alarms to which something is due to happen."""
    due = select(Alarm.id).where(Alarm.next_due_at.is_not(None), Alarm.next_due_at <= now)
    return session.scalars(due.order_by(Alarm.next_due_at, Alarm.id).limit(_AT_MOST)).all()


def settle(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Let happen what is due to these alarms; return to how many something did."""
    columns = table_of(Alarm).columns
    due = select(*columns).where(Alarm.id.in_(ids), Alarm.next_due_at <= now).order_by(Alarm.id)
    rows = [dict(row) for row in session.execute(due.with_for_update()).mappings()]
    told = list[tuple[AlarmRow, Change]]()
    happened = list[tuple[AlarmRow, AlarmDeed | None]]()
    for row in rows:
        kind = type_titled(row["name"])
        for move in list(moves_due(row, kind, now=now)):
            row.update(move.columns)
            if move.change is not None:
                told.append((row, move.change))
                happened.append((row, move.change.deed))
        row["next_due_at"] = next_due_at(row, kind)
        if _rules_have_something_due(row, now):
            happened.append((row, AlarmDeed.ESCALATE))
    following = Following(session, now=now)
    told += following.ask(happened)
    write_ruled(session, rows, *_CHANGING)
    told += following.tell()
    timeline.write(session, ((row["id"], change) for row, change in told), now=now)
    return len({row["id"] for row, _ in told})


def find_old(session: Session, *, now: datetime) -> Sequence[int]:
    """Return alarms that were cleared so long ago that nobody looks for them any more."""
    old = select(Alarm.id).where(Alarm.cleared_at < now - HISTORY_LASTS).order_by(Alarm.cleared_at)
    return session.scalars(old.limit(_AT_MOST)).all()


def drop_old(session: Session, ids: Collection[int]) -> int:
    """Delete these alarms with what happened to them, and return how many there were."""
    gone = delete(Alarm).where(Alarm.id.in_(ids), Alarm.cleared_at.is_not(None)).returning(Alarm.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _rules_have_something_due(row: AlarmRow, now: datetime) -> bool:
    times = (row["flaps_until"], row["suppressed_until"], row["escalates_at"])
    return any(at is not None and at <= now for at in times)


_CHANGING = (
    "cleared_at", "cleared_by", "acknowledged_at", "acknowledged_by", "acknowledged_until",
    "shelved_until", "shelved_by", "shelf_reason",
)  # fmt: skip
