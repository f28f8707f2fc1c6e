"""Somebody else who writes: a process of its own that writes a little all the time and notes how long each took."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from sqlalchemy import update

from app.database import Database, make_engine
from app.models import Heartbeat
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing

_NAME = "small writes"
_PATIENCE_SECONDS = 60

# A process that is forked would share the connections of this one.
_SPAWN = multiprocessing.get_context("spawn")


class SmallWriter:
    """The process that writes a little, while it is told to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._receive()  # it is ready

    @contextmanager
    def writing(self) -> Iterator[list[float]]:
        """Let it write during the block; afterwards the list has the seconds of each write."""
        waits: list[float] = []
        self._connection.send("begin")
        try:
            yield waits
        finally:
            self._connection.send("end")
            waits += self._receive()

    def _receive(self) -> list[float]:
        if not self._connection.poll(_PATIENCE_SECONDS):
            raise RuntimeError("The process that writes a little does not answer.")
        received: list[float] = self._connection.recv()
        return received


@contextmanager
def small_writer(url: str, *, every: float) -> Iterator[SmallWriter]:
    """Start a process that writes to a database every so many seconds when it is told to; end it with the block."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs, url, every), daemon=True)
    process.start()
    try:
        yield SmallWriter(ours)
    finally:
        process.kill()
        process.join()


def _serve(connection: Connection, url: str, every: float) -> None:
    database = Database(make_engine(url))
    now = datetime.now(UTC)
    with writing(database, ALL_TENANTS) as session:
        session.merge(Heartbeat(name=_NAME, beat_at=now, running_since=now))
    connection.send([])
    while connection.recv() == "begin":
        waits = []
        while not connection.poll(every):
            waits.append(_seconds_of_a_write(database))
        connection.recv()
        connection.send(waits)


def _seconds_of_a_write(database: Database) -> float:
    note = update(Heartbeat).where(Heartbeat.name == _NAME).values(beat_at=datetime.now(UTC))
    started = time.perf_counter()
    with writing(database, ALL_TENANTS) as session:
        session.execute(note)
    return time.perf_counter() - started
