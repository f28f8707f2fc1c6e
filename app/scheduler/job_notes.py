"""How the chores of this process go, until it is written down for those who watch over it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from app.database import Database
from app.scheduler.chores import Chore
from app.security.tenant_scope import ALL_TENANTS
from app.services.monitoring import jobs
from app.services.monitoring.jobs import Run
from app.transaction import writing


class JobNotes:
    """Remembers how each chore went last; for the threads of a timetable."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._runs = {
            chore.name: Run(
                name=chore.name, every=chore.every, done_at=None, took_seconds=0.0, failed_at=None
            )
            for chore in chores
        }
        self._lock = Lock()
        self._has_others = True

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note how a chore goes that is done in this block."""
        began_at = time.monotonic()
        try:
            yield
        except Exception:
            self._note(name, failed_at=datetime.now(UTC))
            raise
        self._note(name, done_at=datetime.now(UTC), took_seconds=time.monotonic() - began_at)

    def write(self, database: Database) -> None:
        """Write it down, in one short transaction."""
        with self._lock:
            runs = list(self._runs.values())
        with writing(database, ALL_TENANTS) as session:
            jobs.note(session, runs)
            if self._has_others:
                jobs.forget_others(session, list(self._runs))
        self._has_others = False

    def _note(self, name: str, **values: datetime | float) -> None:
        with self._lock:
            self._runs[name] = replace(self._runs[name], **values)  # type: ignore[arg-type]  # of two kinds
