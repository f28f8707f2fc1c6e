"""Simulations in the background: whichever scheduler holds the lease of one works on it, chunk by chunk.

Phones are read in short transactions. Every chunk that is written renews the lease and keeps what was counted so far,
so that another process goes on where one was killed. What was recorded of alarms is played in memory: there another
process begins anew.
"""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import InterfaceError, OperationalError

from app.database import Database, table_of
from app.errors import ConflictError
from app.models import SimulationAlarm, SimulationRow
from app.scheduler.leased_worker import LeasedWorker
from app.security.tenant_scope import ALL_TENANTS
from app.services.what_if import jobs, retention, standing
from app.services.what_if.alarms.replay import Replay
from app.services.what_if.comparing import Comparison
from app.services.what_if.jobs import Claim, LostLeaseError
from app.transaction import let_go, reading, writing

log = logging.getLogger(__name__)

_ROWS = table_of(SimulationRow)
_PAUSE_SECONDS = 0.005
_FAILED = "It could not be simulated because of an error of Ringmaster itself; its log tells more."


class SimulationWorker(LeasedWorker[Claim]):
    """Works off simulations: phones, or what was recorded of alarms, chunk by chunk."""

    def __init__(self, database: Database, *, looks_every: float = 1.0) -> None:
        super().__init__(database, "simulations", looks_every=looks_every)

    def _claim(self) -> Claim | None:
        with reading(self._database, ALL_TENANTS) as session:
            if not jobs.is_anything_due(session, _now()):
                return None
        with writing(self._database, ALL_TENANTS) as session:
            return jobs.claim(session, self._name, _now())

    def _work_on(self, held: Claim) -> None:
        try:
            with reading(self._database, ALL_TENANTS) as session:
                is_of_alarms = standing.is_of_alarms(jobs.get_held(session, held))
            (self._play_all if is_of_alarms else self._compare_all)(held)
        except LostLeaseError:
            log.warning("Simulation %d was cancelled, is worked on by another process, or is gone.", held.id)
        except ConflictError as error:
            self._fail(held, str(error))
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            log.exception("Simulation %d failed.", held.id)
            self._fail(held, _FAILED)

    def _compare_all(self, held: Claim) -> None:
        """Look at the phones behind the last one that was looked at, until there are no more."""
        with reading(self._database, ALL_TENANTS) as session:
            simulation = jobs.get_held(session, held)
            comparison, cursor = Comparison(session, simulation), simulation.cursor
            fleet = simulation.fleet or standing.world_as_json(session, simulation)
            phones = comparison.read(cursor)
            while phones and not self._is_to_stop.is_set():
                with _uncollected():
                    rows = comparison.compare(phones)
                    let_go(session)
                    cursor = phones[-1].id
                    with writing(self._database, ALL_TENANTS) as writer:
                        job = jobs.hold(writer, held, _now())
                        jobs.note(job, cursor, len(phones), fleet, comparison.tally.as_json())
                        if rows:
                            writer.connection().execute(insert(_ROWS), rows)
                    time.sleep(_PAUSE_SECONDS)
                    phones = comparison.read(cursor)
            let_go(session)
        with writing(self._database, ALL_TENANTS) as writer:
            job = jobs.hold(writer, held, _now())
            if phones:
                job.leased_until = None
            else:
                jobs.note(job, cursor, 0, fleet, comparison.tally.as_json())
                jobs.finish(job, _now())

    def _play_all(self, held: Claim) -> None:
        """Play what was recorded, from the beginning: what another process found is forgotten before."""
        self._forget(held)
        with reading(self._database, ALL_TENANTS) as session:
            simulation = jobs.get_held(session, held)
            replay, fleet, done = Replay(session, simulation), standing.world_as_json(session, simulation), 0
            for page in replay.pages():
                rows, done = replay.play(page), done + len(page)
                let_go(session)
                self._keep(held, rows, done, fleet, replay.totals())
                if self._is_to_stop.is_set():
                    self._leave(held)
                    return
                time.sleep(_PAUSE_SECONDS)
            rows = replay.end()
            let_go(session)
        self._keep(held, rows, done, fleet, replay.totals())
        with writing(self._database, ALL_TENANTS) as writer:
            jobs.finish(jobs.hold(writer, held, _now()), _now())

    def _leave(self, held: Claim) -> None:
        with writing(self._database, ALL_TENANTS) as writer:
            jobs.hold(writer, held, _now()).leased_until = None

    def _forget(self, held: Claim) -> None:
        is_more = True
        while is_more:
            with writing(self._database, ALL_TENANTS) as writer:
                job = jobs.hold(writer, held, _now())
                job.done, job.totals = 0, {}
                is_more = retention.forget_rows(writer, held.id)

    def _keep(
        self,
        held: Claim,
        rows: list[dict[str, Any]],
        done: int,
        fleet: dict[str, Any],
        totals: dict[str, Any],
    ) -> None:
        with writing(self._database, ALL_TENANTS) as writer:
            job = jobs.hold(writer, held, _now())
            jobs.note(job, done, done - job.done, fleet, totals)
            if rows:
                writer.execute(insert(SimulationAlarm), rows)

    def _fail(self, held: Claim, error: str) -> None:
        with suppress(LostLeaseError), writing(self._database, ALL_TENANTS) as session:
            jobs.finish(jobs.hold(session, held, _now()), _now(), error=error)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave what a chunk makes to be let go of by itself: hardly anything in it refers back, and it is bounded.

    Python looks for circles whenever some hundred objects have been made, a quarter of the time of a simulation.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _now() -> datetime:
    return datetime.now(UTC)
