"""How the chores of the timetable go: noted by the scheduler that leads, read by whoever watches over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import ChoreRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a chore went last; ``done_at`` is None where it was not done yet, ``failed_at`` where it never failed."""

    name: str
    every: timedelta
    done_at: datetime | None
    took_seconds: float
    failed_at: datetime | None

    def lag(self, now: datetime) -> float:
        """Return by how many seconds it is late, 0 where it is not due yet."""
        if self.done_at is None:
            return 0.0
        return max(0.0, (now - self.done_at - self.every).total_seconds())


def note(session: Session, runs: Iterable[Run]) -> None:
    """Note how chores went; a chore that was not done since this process leads keeps what is known of it."""
    for run in runs:
        row = session.get(ChoreRun, run.name)
        if row is None:
            row = ChoreRun(name=run.name, took_seconds=0.0)
            session.add(row)
        row.every_seconds = run.every.total_seconds()
        if run.done_at is not None:
            row.done_at, row.took_seconds = run.done_at, run.took_seconds
        if run.failed_at is not None:
            row.failed_at = run.failed_at


def forget_others(session: Session, names: Sequence[str]) -> None:
    """Forget chores that there are no more."""
    session.execute(delete(ChoreRun).where(ChoreRun.name.not_in(names)))


def read(session: Session) -> list[Run]:
    """Return how all chores went, by name."""
    return [
        Run(
            name=row.name,
            every=timedelta(seconds=row.every_seconds),
            done_at=row.done_at,
            took_seconds=row.took_seconds,
            failed_at=row.failed_at,
        )
        for row in session.scalars(select(ChoreRun).order_by(ChoreRun.name))
    ]
