"""How chores went is written down, so that somebody can see which of them is late."""

from datetime import UTC, datetime, timedelta

import pytest

from app.database import Database
from app.scheduler.chores import Chore, all_chores
from app.scheduler.job_notes import JobNotes
from app.security.tenant_scope import ALL_TENANTS
from app.services.monitoring import jobs
from app.transaction import reading


def chore(name: str) -> Chore:
    return Chore(
        name, timedelta(seconds=30), lambda _session, _now: [], lambda _session, _keys, _now: 0, "%d"
    )


def written(database: Database) -> dict[str, jobs.Run]:
    with reading(database, ALL_TENANTS) as session:
        return {run.name: run for run in jobs.read(session)}


def test_a_chore_is_late_when_it_was_not_done_in_time(database: Database):
    now = datetime.now(UTC)
    notes = JobNotes([chore("sweep"), chore("waits")])
    with notes.timed("sweep"):
        pass
    notes.write(database)
    runs = written(database)
    assert now <= runs["sweep"].done_at <= datetime.now(UTC)
    assert runs["sweep"].failed_at is None
    assert runs["sweep"].lag(now + timedelta(seconds=20)) == 0
    assert 55 < runs["sweep"].lag(now + timedelta(seconds=90)) <= 60
    assert runs["waits"].done_at is None
    assert runs["waits"].lag(now + timedelta(days=1)) == 0


def test_a_chore_that_fails_keeps_the_time_when_it_was_done(database: Database):
    notes = JobNotes([chore("sweep")])
    with notes.timed("sweep"):
        pass
    notes.write(database)
    done_at = written(database)["sweep"].done_at
    again = JobNotes([chore("sweep")])  # of a scheduler that leads from here on
    with pytest.raises(ZeroDivisionError), again.timed("sweep"):
        _ = 1 / 0
    again.write(database)
    run = written(database)["sweep"]
    assert run.done_at == done_at
    assert run.failed_at >= done_at


def test_chores_that_are_no_more_are_forgotten(database: Database):
    JobNotes([chore("of an earlier version")]).write(database)
    JobNotes(all_chores()).write(database)
    assert set(written(database)) == {entry.name for entry in all_chores()}
