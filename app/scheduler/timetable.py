"""The timetable: when each chore is done, and how: chunk by chunk, as long as this process leads."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from app.database import Database
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import Chore
from app.scheduler.job_notes import JobNotes
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing

log = logging.getLogger(__name__)

CHUNK = 100
"""Rows that one transaction writes at most: on SQLite some milliseconds in which nobody else can write."""
_SMALLEST_CHUNK = 10
_AIM_SECONDS = 0.02
_PAUSE_SECONDS = 0.01


def start(
    database: Database, candidacy: Candidacy, chores: Sequence[Chore], notes: JobNotes
) -> BackgroundScheduler:
    """Begin to do the chores, each at once and then at its times, in threads of this process."""
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    for chore in chores:
        scheduler.add_job(
            _do_noted,
            "interval",
            name=chore.name,
            args=(chore, database, candidacy, notes),
            seconds=chore.every.total_seconds(),
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    return scheduler


def _do_noted(chore: Chore, database: Database, candidacy: Candidacy, notes: JobNotes) -> None:
    with notes.timed(chore.name):
        do_chore(chore, database, candidacy)


def do_chore(chore: Chore, database: Database, candidacy: Candidacy) -> int:
    """Do all that is due and return how much it was.

    A process that no longer leads does nothing more: it may have been held up while another took over.
    """
    total = 0
    with suppress(_LedByAnotherError):
        due, first, size = _find(chore, database, candidacy), 0, CHUNK
        while first < len(due):
            done, seconds = _do(chore, due[first : first + size], database, candidacy)
            total += done
            first, size = first + size, next_size(size, seconds)
            time.sleep(_PAUSE_SECONDS)
        chore.note_done()
    if total:
        log.log(logging.DEBUG if chore.is_everyday else logging.INFO, chore.report, total)
    return total


class _LedByAnotherError(Exception):
    """This process does not lead, or not any more."""


def _find(chore: Chore, database: Database, candidacy: Candidacy) -> Sequence[Any]:
    if not candidacy.leads:
        raise _LedByAnotherError
    with reading(database, ALL_TENANTS) as session:
        return chore.find(session, datetime.now(UTC))


def _do(chore: Chore, chunk: Sequence[Any], database: Database, candidacy: Candidacy) -> tuple[int, float]:
    """Do one chunk in a short transaction of its own; return how much it was, and how long others had to wait."""
    with writing(database, ALL_TENANTS) as session:
        began_at = time.monotonic()
        if not candidacy.still_leads(session):
            raise _LedByAnotherError
        done = chore.do(session, chunk, datetime.now(UTC))
    return done, time.monotonic() - began_at


def next_size(size: int, seconds: float) -> int:
    """Return the size of the next chunk where one of this size took so long: a slow disk gets smaller ones."""
    aimed_at = int(size * _AIM_SECONDS / seconds) if seconds > 0 else CHUNK
    return max(_SMALLEST_CHUNK, min(aimed_at, 2 * size, CHUNK))
