"""A real PostgreSQL server for one run of the tests: made, started, stopped and removed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
START_SECONDS = 30

# Losing this data costs nothing. Autovacuum would get in the way of copying a database.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server that is reached through the unix socket in its folder."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the address of one of its databases, as settings name it."""
        return f"postgresql+psycopg://ringmaster@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction, connected to no database of a test."""
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute(statement)

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self._maintenance).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _maintenance(self) -> str:
        return f"postgresql://ringmaster@/postgres?host={self.folder}"


@contextmanager
def running_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[PostgresqlServer]:
    """Yield a server with an empty cluster; it ends, and its folder goes, whatever happens meanwhile."""
    programs = _newest_programs()
    with tempfile.TemporaryDirectory(prefix="ringmaster-postgresql-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
        _make_cluster(programs, folder)
        with _server_process(programs, folder, settings) as process:
            server = PostgresqlServer(folder)
            _wait_for(server, process)
            yield server


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
    made = subprocess.run(_as_server_user(command), check=False, cwd=folder, text=True, capture_output=True)
    if made.returncode:
        raise RuntimeError(f"PostgreSQL could not make a cluster for the tests: {made.stderr}")


@contextmanager
def _server_process(
    programs: Path, folder: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    options = [f"--{name}={value}" for name, value in settings.items()]
    places = ["-D", str(folder / "data"), "-k", str(folder)]
    with (
        (folder / "server.log").open("wb") as log,
        # A session of its own: Ctrl-C is for the tests, which then stop the server themselves.
        subprocess.Popen(
            _as_server_user([str(programs / "postgres"), *places, *options]),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGQUIT)


def _wait_for(server: PostgresqlServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            log = (server.folder / "server.log").read_text()
            raise RuntimeError(f"PostgreSQL did not start within {START_SECONDS} seconds: {log}")
        time.sleep(0.02)
