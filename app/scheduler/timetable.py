"""The timetable: what the elected scheduler does by itself, and how often."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from app.database import Database
from app.scheduler.candidacy import Candidacy
from app.security.tenant_scope import ALL_TENANTS
from app.services import pending_actions, silence
from app.transaction import writing

log = logging.getLogger(__name__)

CHUNK = 500


@dataclass(frozen=True)
class Chore:
    """Something to do every so often: ``order`` does a chunk of what is due and returns how much that was."""

    name: str
    every: timedelta
    order: Callable[[Session, datetime], int]
    report: str


def _mark_disconnected(session: Session, now: datetime) -> int:
    return silence.mark_disconnected(session, now=now, limit=CHUNK)


def _drop_never_reported(session: Session, now: datetime) -> int:
    return silence.drop_never_reported(session, now=now, limit=CHUNK)


def _drop_old_actions(session: Session, now: datetime) -> int:
    return pending_actions.drop_old(session, now=now)


TIMETABLE = (
    Chore(
        "disconnected",
        timedelta(seconds=30),
        _mark_disconnected,
        "%d phones were marked disconnected: they fell silent.",
    ),
    Chore(
        "never reported",
        timedelta(hours=1),
        _drop_never_reported,
        "%d phones were dropped: they asked for a file and never reported.",
    ),
    Chore("old actions", timedelta(hours=1), _drop_old_actions, "%d past actions for phones were dropped."),
)


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
    """Do all that is due, each chunk in a short transaction of its own; return how much it was.

    A process that no longer leads does nothing more: it may have been held up while another took over.
    """
    total = 0
    while candidacy.leads:
        with writing(database, ALL_TENANTS) as session:
            done = chore.order(session, datetime.now(UTC)) if candidacy.still_leads(session) else 0
        if not done:
            break
        total += done
    if total:
        log.info(chore.report, total)
    return total
