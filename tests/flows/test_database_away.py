"""The database is out of reach: phones are told when to come again, and are served as soon as it is back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.models import DeviceStatus
from tests.databases import PostgresqlDatabases
from tests.flows.asking import ask
from tests.flows.installation import Installation, installation, until
from tests.postgresql import PostgresqlServer, running_server

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
MAC = "00908f0000aa"
REPORT = json.dumps({"mac": MAC, "status": "started", "model": "430HD"}).encode()

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    """A server of this test's own, which it may keep out of reach."""
    with running_server() as started:
        yield started


@pytest.fixture
def ringmaster(server: PostgresqlServer, tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "data", PostgresqlDatabases(server).create()) as running:
        yield running


@contextmanager
def out_of_reach(server: PostgresqlServer) -> Iterator[None]:
    """Hide the socket through which the server is reached, and end all that is connected."""
    socket = server.folder / ".s.PGSQL.5432"
    hidden = socket.with_name("hidden")
    with psycopg.connect(
        f"postgresql://ringmaster@/postgres?host={server.folder}", autocommit=True
    ) as connection:
        socket.rename(hidden)
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        )
        yield
        hidden.rename(socket)


def test_phones_are_told_to_come_again_and_are_served_when_it_is_back(
    ringmaster: Installation, server: PostgresqlServer
) -> None:
    doors = [f"{origin}{KEEP_ALIVE}" for origin in (ringmaster.phone_url, ringmaster.web_url)]
    with out_of_reach(server):
        for door in doors:
            answer = ask(door, REPORT)
            assert answer.status == 503
            assert 15 <= int(answer.headers["retry-after"]) <= 45
    until(lambda: all(ask(door, REPORT).status == 200 for door in doors))
    with ringmaster.reading() as session:
        assert session.get_one(DeviceStatus, MAC).model == "430HD"
