"""The life of a scheduler process: stand for election again and again, and keep the timetable while elected."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.log_watch import LogWatch
from app.scheduler import timetable
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import Chore, all_chores
from app.scheduler.courier import Courier
from app.scheduler.drain import Drain
from app.scheduler.import_worker import ImportWorker
from app.scheduler.job_notes import JobNotes
from app.scheduler.simulation_worker import SimulationWorker
from app.services.operations.calls import REAL_PHONES, Ports

log = logging.getLogger(__name__)

LEASE_LASTS = timedelta(seconds=15)
_RENEWALS = 3


def serve(
    database: Database,
    *,
    is_asked_to_stop_within: Callable[[float], bool],
    lease_lasts: timedelta = LEASE_LASTS,
    chores: Callable[[], Sequence[Chore]] = all_chores,
    ports: Ports = REAL_PHONES,
) -> None:
    """Lead when elected, stand by otherwise, until asked to stop; then let another take over at once.

    Imports and simulations are worked off by whoever takes them up, elected or not, and so are messages about alarms.

    ``is_asked_to_stop_within`` waits for so many seconds and returns whether this process is to stop. ``chores`` is
    asked each time that this process begins to lead. Operations are worked off by all of them, the one that leads and
    those that stand by; ``ports`` says where phones have their pages.
    """
    candidacy = Candidacy(database, lasts=lease_lasts)
    running: BackgroundScheduler | None = None
    notes = JobNotes([])
    imports = ImportWorker(database)
    imports.start()
    simulations = SimulationWorker(database)
    simulations.start()
    log.info("This scheduler stands for election.")
    drain = Drain(database, ports)
    drain.start()
    courier = Courier(database, leads=lambda: candidacy.leads)
    courier.start()
    log_watch = LogWatch(database)
    is_asked_to_stop = False
    while not is_asked_to_stop:
        candidacy.stand()
        log_watch.look()
        if candidacy.leads and running is None:
            log.info("This scheduler leads.")
            begun = chores()
            notes = JobNotes(begun)
            running = timetable.start(database, candidacy, begun, notes)
        elif not candidacy.leads and running is not None:
            log.warning("This scheduler does not lead any more.")
            running.shutdown(wait=False)
            running = None
        if running is not None:
            _write_down(notes, database)
        is_asked_to_stop = is_asked_to_stop_within(lease_lasts.total_seconds() / _RENEWALS)
    imports.stop()
    simulations.stop()
    drain.stop()
    courier.stop()
    if running is not None:
        candidacy.step_down()
        running.shutdown()
        candidacy.withdraw()


def _write_down(notes: JobNotes, database: Database) -> None:
    try:
        notes.write(database)
    except DBAPIError as error:
        log.warning("How the chores went could not be written down: %s", error.orig)
