"""A real PostgreSQL server for one run of the tests: made, started, stopped and removed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests import debian_servers
from tests.quick_folder import quick_folder

PROGRAMS = Path("/usr/lib/postgresql")
_AT_ONCE = signal.SIGQUIT
_PREFIX = "ringmaster-postgresql-"

# Losing this data costs nothing. Autovacuum would get in the way of copying a database.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


class _Process:
    """The process of a server, and those that it has started."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._command = command
        self._log = folder / "server.log"

    def start(self, is_up: Callable[[], bool]) -> None:
        """Start it and return when it is up."""
        self._popen = debian_servers.start(self._command, self._log, is_up, ends_by=_AT_ONCE)

    def stop(self) -> None:
        """End it at once, without finishing anything."""
        debian_servers.end(self._popen, _AT_ONCE)

    def kill(self) -> None:
        """Kill all of its processes; none gets to say or write a last word."""
        pid = self._popen.pid
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, started)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._popen.wait()


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server that is reached through the unix socket in its folder."""

    folder: Path
    _process: _Process
    port: str = "5432"

    def start(self) -> None:
        """Start it, again after ``kill``, and return when it takes connections."""
        self._process.start(self.answers)

    def kill(self) -> None:
        """Kill it with all of its processes, as a crash of its machine would."""
        self._process.kill()

    def url(self, database: str) -> str:
        """Return the address of one of its databases, as settings name it."""
        return f"postgresql+psycopg://ringmaster@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction, connected to no database of a test."""
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute(statement)

    def ask(self, query: str) -> Any:
        """Return the one value that a query has, connected to no database of a test."""
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        return None if row is None else row[0]

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self._maintenance).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _maintenance(self) -> str:
        return f"postgresql://ringmaster@/postgres?host={self.folder}&port={self.port}"


@contextmanager
def running_server(
    settings: Mapping[str, str] = SETTINGS,
    *,
    is_durable: bool = False,
    standby_of: PostgresqlServer | None = None,
) -> Iterator[PostgresqlServer]:
    """Yield a server with an empty cluster; it ends, and its folder goes, whatever happens meanwhile.

    One that need not be durable is kept in memory, where there is room: a database is copied in a fifth of the time.
    A standby begins with what the other server has, and takes over what that writes.
    """
    programs = _newest_programs()
    place = TemporaryDirectory(prefix=_PREFIX) if is_durable else quick_folder(_PREFIX)
    with place as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
        if standby_of is None:
            _make_cluster(programs, folder)
        else:
            _copy_cluster(programs, folder, standby_of)
        process = _Process(folder, _command(programs, folder, settings))
        server = PostgresqlServer(folder, process, settings.get("port", "5432"))
        server.start()
        try:
            yield server
        finally:
            process.stop()


def _newest_programs() -> Path:
    versions = [folder for folder in PROGRAMS.glob("*/bin") if (folder / "initdb").exists()]
    if not versions:
        raise RuntimeError("The tests need a PostgreSQL server, which is not there: `make test` installs it.")
    return max(versions, key=lambda folder: float(folder.parent.name))


def _as_server_user(command: list[str]) -> list[str]:
    """Return the command as one that PostgreSQL accepts (not root) and that ends with the tests."""
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=QUIT", *command]


def _make_cluster(programs: Path, folder: Path) -> None:
    options = ["--username=ringmaster", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [str(programs / "initdb"), f"--pgdata={folder / 'data'}", *options]
    _make(command, folder)


def _copy_cluster(programs: Path, folder: Path, primary: PostgresqlServer) -> None:
    """Copy a running server's cluster, as one that follows it from then on."""
    options = [
        f"--pgdata={folder / 'data'}",
        "--write-recovery-conf",
        "--no-sync",
        "--checkpoint=fast",
        f"--dbname=host={primary.folder} port={primary.port} user=ringmaster application_name=standby",
    ]
    _make([str(programs / "pg_basebackup"), *options], folder)


def _make(command: list[str], folder: Path) -> None:
    made = subprocess.run(_as_server_user(command), check=False, cwd=folder, text=True, capture_output=True)
    if made.returncode:
        raise RuntimeError(f"PostgreSQL could not make a cluster for the tests: {made.stderr}")


def _command(programs: Path, folder: Path, settings: Mapping[str, str]) -> list[str]:
    options = [f"--{name}={value}" for name, value in settings.items()]
    places = ["-D", str(folder / "data"), "-k", str(folder)]
    return _as_server_user([str(programs / "postgres"), *places, *options])
