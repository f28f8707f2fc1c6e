"""The timetable: when each chore is done, and how: chunk by chunk, as long as this process leads."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from app.database import Database
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import Chore
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing

log = logging.getLogger(__name__)

CHUNK = 100
"""Rows that one transaction writes: on SQLite some milliseconds in which nobody else can write."""
_PAUSE_SECONDS = 0.01


def start(database: Database, candidacy: Candidacy, chores: Sequence[Chore]) -> BackgroundScheduler:
    """Begin to do the chores, each at once and then at its times, in threads of this process."""
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    for chore in chores:
        scheduler.add_job(
            do_chore,
            "interval",
            name=chore.name,
            args=(chore, database, candidacy),
            seconds=chore.every.total_seconds(),
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    return scheduler


def do_chore(chore: Chore, database: Database, candidacy: Candidacy) -> int:
    """Do all that is due and return how much it was.

    A process that no longer leads does nothing more: it may have been held up while another took over.
    """
    total = 0
    with suppress(_LedByAnotherError):
        for chunk in _chunks(_find(chore, database, candidacy)):
            total += _do(chore, chunk, database, candidacy)
            time.sleep(_PAUSE_SECONDS)
        chore.note_done()
    if total:
        log.info(chore.report, total)
    return total


class _LedByAnotherError(Exception):
    """This process does not lead, or not any more."""


def _find(chore: Chore, database: Database, candidacy: Candidacy) -> Sequence[Any]:
    if not candidacy.leads:
        raise _LedByAnotherError
    with reading(database, ALL_TENANTS) as session:
        return chore.find(session, datetime.now(UTC))


def _do(chore: Chore, chunk: Sequence[Any], database: Database, candidacy: Candidacy) -> int:
    """Do one chunk in a short transaction of its own."""
    with writing(database, ALL_TENANTS) as session:
        if not candidacy.still_leads(session):
            raise _LedByAnotherError
        return chore.do(session, chunk, datetime.now(UTC))


def _chunks(due: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (due[first : first + CHUNK] for first in range(0, len(due), CHUNK))
