"""Of several scheduler processes exactly one leads, and another takes over when it ends."""

import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.database import Database
from app.models import Lease
from app.security.tenant_scope import ALL_TENANTS
from app.services.leases import TIMETABLE
from app.transaction import reading

ROOT = Path(__file__).parent.parent.parent
LEADS = b"This scheduler leads.\n"
SHORT, LONG = 1.5, 60.0
PATIENCE_SECONDS = 30

Contender = subprocess.Popen[bytes]
Start = Callable[[float], Contender]


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    """Start scheduler processes, which end with the test."""
    started: list[Contender] = []

    def start_one(lease_seconds: float) -> Contender:
        words = [sys.executable, "-m", "tests.scheduler.contender", database_url, str(lease_seconds)]
        # Without a buffer: a line that waits in one is not seen by a selector.
        started.append(subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0))
        assert started[-1].stdout.readline().endswith(b"This scheduler stands for election.\n")
        return started[-1]

    yield start_one
    for contender in started:
        contender.kill()
        contender.wait()
        contender.stdout.close()


def the_one_that_leads(contenders: Sequence[Contender]) -> Contender:
    """Return the first that says that it leads."""
    with selectors.DefaultSelector() as selector:
        for contender in contenders:
            selector.register(contender.stdout, selectors.EVENT_READ, contender)
        ready = selector.select(PATIENCE_SECONDS)
    assert ready, "no scheduler leads"
    contender = ready[0][0].data
    assert contender.stdout.readline().endswith(LEADS)
    return contender


def lease(database: Database) -> Lease:
    with reading(database, ALL_TENANTS) as session:
        return session.get_one(Lease, TIMETABLE)


def test_one_of_two_leads_and_the_other_takes_over_when_it_is_killed(
    database: Database, start: Start
) -> None:
    contenders = [start(SHORT), start(SHORT)]
    leader = the_one_that_leads(contenders)
    follower = next(contender for contender in contenders if contender is not leader)
    leader.kill()
    assert the_one_that_leads([follower]) is follower
    assert lease(database).epoch == 2
    follower.send_signal(signal.SIGTERM)
    assert follower.communicate()[0] == b""


def test_one_that_is_stopped_gives_the_lease_back(database: Database, start: Start) -> None:
    leader = the_one_that_leads([start(LONG)])
    leader.send_signal(signal.SIGTERM)
    leader.communicate()
    assert (leader.returncode, lease(database).owner) == (0, "")


def test_one_that_was_held_up_does_not_lead_beside_its_successor(database: Database, start: Start) -> None:
    contenders = [start(SHORT), start(SHORT)]
    leader = the_one_that_leads(contenders)
    follower = next(contender for contender in contenders if contender is not leader)
    leader.send_signal(signal.SIGSTOP)
    assert the_one_that_leads([follower]) is follower
    leader.send_signal(signal.SIGCONT)
    assert leader.stdout.readline().endswith(b"This scheduler does not lead any more.\n")
    assert lease(database).epoch == 2
