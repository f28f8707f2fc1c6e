"""The kinds of database that are measured: SQLite, and PostgreSQL where a server can be started."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.postgresql import PROGRAMS, running_server

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_DURABLE = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Where databases of one kind are made; ``server_pid`` is the process of their server, if they have one."""

    name: str
    databases: Databases
    server_pid: int | None = None


def sqlite(folder: Path) -> Kind:
    """Return SQLite with its files in this folder."""
    return Kind(SQLITE, SqliteDatabases(folder))


def has_postgresql() -> bool:
    """Whether a PostgreSQL server is installed."""
    return any(PROGRAMS.glob("*/bin/initdb"))


@contextmanager
def postgresql() -> Iterator[Kind]:
    """Start a PostgreSQL server that loses nothing it has confirmed, as an administrator runs one."""
    with running_server(_DURABLE, is_durable=True) as server:
        pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield Kind(POSTGRESQL, PostgresqlDatabases(server), pid)
