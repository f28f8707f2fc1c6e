"""`kill -9` in a storm of reports: what was answered is there afterwards, and nobody has half a file."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import PostgresqlDatabases
from tests.flows.aftermath import LONGEST_LOSS, check_everything, longest_loss
from tests.flows.installation import Installation, installation
from tests.flows.storm import Storm, storm, survive
from tests.postgresql import PostgresqlServer, running_server

PLANE = ("plane worker", "plane")
OTHERS = ("web worker", "web", "scheduler")
# The tests' own server confirms what it has not written yet; this one does not, and dies with all its processes.
CONFIRMS_WHAT_IT_HAS = {
    "listen_addresses": "",
    "synchronous_commit": "on",
    "fsync": "off",
    "autovacuum": "off",
}

# What other tests on the same machine may add to the time after which the plane writes its last contacts.
BUSY_MACHINE = timedelta(seconds=1)

Record = Callable[[str, object], None]


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    with running_server(CONFIRMS_WHAT_IT_HAS, is_durable=True) as started:
        yield started


@pytest.fixture
def ringmaster_on_a_server_to_kill(server: PostgresqlServer, tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "data", PostgresqlDatabases(server).create()) as running:
        yield running


def test_no_kill_loses_what_was_answered(ringmaster: Installation) -> None:
    raging = asyncio.run(survive(ringmaster, phones=24, kills=(*PLANE, *OTHERS)))
    check_everything(raging)
    assert longest_loss(raging) <= LONGEST_LOSS + BUSY_MACHINE


@pytest.mark.acceptance
def test_ten_kills_of_the_plane_among_500_phones_lose_nothing_that_was_answered(
    ringmaster: Installation, record_property: Record
) -> None:
    raging = asyncio.run(survive(ringmaster, phones=500, kills=(*5 * PLANE, *OTHERS)))
    record_figures(raging, record_property)
    record_property("oldest contact that was lost", f"{longest_loss(raging).total_seconds():.2f} s")
    check_everything(raging)
    assert longest_loss(raging) <= LONGEST_LOSS


@pytest.mark.acceptance
@pytest.mark.postgresql
def test_three_crashes_of_the_database_server_lose_nothing_that_was_answered(
    server: PostgresqlServer, ringmaster_on_a_server_to_kill: Installation, record_property: Record
) -> None:
    async def story() -> Storm:
        async with storm(ringmaster_on_a_server_to_kill, phones=100) as raging:
            for _ in range(3):
                await raging.goes_on()
                await asyncio.to_thread(kill_a_backend, ringmaster_on_a_server_to_kill)
                await raging.goes_on()
                server.kill()
                server.start()  # not in another thread: the server ends with the thread that started it
            await raging.goes_on()
        return raging

    raging = asyncio.run(story())
    record_figures(raging, record_property)
    check_everything(raging)


def kill_a_backend(ringmaster: Installation) -> None:
    """Kill one process of the server that holds a connection; the server ends all others and recovers."""
    with ringmaster.reading() as session:
        pid = session.scalars(
            text(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1"
            )
        ).one()
    os.kill(pid, signal.SIGKILL)


def record_figures(raging: Storm, record_property: Record) -> None:
    answered = len(raging.at_plane.acknowledged) + len(raging.at_web.acknowledged)
    record_property("reports answered", f"{answered:,}")
    tallies = [tally for fleet in (raging.at_plane, raging.at_web) for tally in fleet.ledger.tallies.values()]
    record_property("requests postponed", f"{sum(tally.postponed for tally in tallies):,}")
    record_property("files read whole", f"{raging.reads.whole:,}")
    record_property("file reads postponed", f"{raging.reads.postponed:,}")
    record_property("files cut off and noticed", f"{raging.reads.cut_off:,}")
