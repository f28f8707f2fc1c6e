"""People who look at pages that keep themselves fresh: so many polls a second, while phones change their state."""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from urllib.parse import urlsplit

from sqlalchemy import select, update

from app.database import Database
from app.models import DeviceStatus
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views.fresh_parts import AS_OF, NEWER_THAN
from benchmarks import cpu
from benchmarks.rounds import FailedAnswersError
from benchmarks.servers import Server

VIEWERS = 100
POLLS_EVERY_SECONDS = 5.0
PARTS = {"Dashboard": "/dashboard/figures", "Alarms": "/alarms/rows", "The counter of alarms": "/live/"}
"""What pages ask for, by what they show."""
_CHANGED_PHONES = 20
_STATES = (Status.UNREGISTERED, Status.REGISTERED)


@dataclass
class Viewer:
    """One page that is open: what it has, and of when that is."""

    session: str
    etag: str = ""
    as_of: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def headers(self) -> Mapping[str, str]:
        """What its polls say."""
        name, _, value = self.session.partition(": ")
        return {name: value, NEWER_THAN: self.as_of, **({"If-None-Match": self.etag} if self.etag else {})}


@dataclass(frozen=True, slots=True)
class Watching:
    """What so many viewers cost: processor seconds of the web server in a second, and their answers."""

    title: str
    cpu: float
    polls: int
    unchanged: int


def watch(
    web: Server,
    session: str,
    title: str,
    address: str,
    *,
    seconds: float,
    viewers: int = VIEWERS,
    change: Callable[[], None] = lambda: None,
    apart: bool = False,
) -> Watching:
    """Poll as evenly as so many viewers do; once a second something changes.

    ``apart`` gives each poll an address of its own, so that each is rendered, as all were before parts were shared.
    """
    pages = [Viewer(session) for _ in range(viewers)]
    pause = POLLS_EVERY_SECONDS / viewers
    polls = unchanged = 0
    before, begun = cpu.seconds_of(web.pid), time.perf_counter()
    next_change = begun + 1.0
    numbers = count(int(time.time() * 1000))
    with closing(http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=60)) as connection:
        for viewer in cycle(pages):
            now = time.perf_counter()
            if now - begun >= seconds:
                break
            if now >= next_change:
                change()
                next_change += 1.0
            unchanged += _poll(connection, viewer, f"{address}?n={next(numbers)}" if apart else address)
            polls += 1
            time.sleep(max(0.0, begun + polls * pause - time.perf_counter()))
    taken = time.perf_counter() - begun
    # Where the machine is too busy for all polls, those that were sent stand for the others.
    per_poll = (cpu.seconds_of(web.pid) - before) / polls
    return Watching(title, per_poll * viewers / POLLS_EVERY_SECONDS if taken else 0.0, polls, unchanged)


def changing(database: Database) -> Callable[[], None]:
    """Return what makes a few phones lose or regain their registration."""
    states: Iterator[Status] = cycle(_STATES)
    with reading(database, ALL_TENANTS) as session:
        macs = session.scalars(select(DeviceStatus.mac).limit(_CHANGED_PHONES)).all()

    def change() -> None:
        with writing(database, ALL_TENANTS) as session:
            some = update(DeviceStatus).where(DeviceStatus.mac.in_(macs))
            session.execute(some.values(status=next(states), digest=None))

    return change


def _poll(connection: http.client.HTTPConnection, viewer: Viewer, address: str) -> bool:
    connection.request("GET", address, headers=dict(viewer.headers))
    answer = connection.getresponse()
    answer.read()
    if answer.status not in {200, 304}:
        raise FailedAnswersError(f"{address} was answered {answer.status}.")
    viewer.etag = answer.headers.get("ETag", viewer.etag)
    viewer.as_of = answer.headers.get(AS_OF, viewer.as_of)
    return answer.status == 304
