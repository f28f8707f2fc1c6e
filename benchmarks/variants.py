"""What is measured: each door on each kind of database with each workload, all running at once, and the baseline."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.database import Database, make_engine
from benchmarks import kinds, servers
from benchmarks.kinds import Kind
from benchmarks.reports import PATH
from benchmarks.seed import make_seed
from benchmarks.servers import Server
from config import Settings

BASELINE = "bare Flask hello, gunicorn sync"
_DOORS = {"plane": "phone plane", "web": "web listener"}
_WORKLOADS = {True: "all changed", False: "nothing changed"}
_KEY = "the key of a benchmark, which keeps nothing"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a keep-alive meets: the database of this variant alone, and the process of its server, if it has one."""

    database: Database
    server_pid: int | None
    changes: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that is measured; without a subject it is the baseline or the generator's ceiling."""

    name: str
    server: Server
    path: str = "/"
    subject: Subject | None = None

    @property
    def url(self) -> str:
        """Return the address that the generator asks."""
        return self.server.url + self.path


@contextmanager
def running(folder: Path, phones: int) -> Iterator[Sequence[Variant]]:
    """Start the baseline and all variants, each with its own copy of a database that knows so many phones."""
    with ExitStack() as stack:
        hello = stack.enter_context(
            servers.gunicorn("benchmarks.bare:flask_hello", "sync", folder / "hello.log")
        )
        variants = [Variant(BASELINE, hello)]
        for kind in _kinds(stack, folder):
            seed = kind.databases.create()
            make_seed(_settings(folder, seed), phones)
            variants += [
                _variant(stack, folder, kind, kind.databases.copy(seed), door, changes)
                for door in _DOORS
                for changes in _WORKLOADS
            ]
        yield variants


@contextmanager
def ceiling(folder: Path) -> Iterator[Variant]:
    """Start what answers faster than anything measured, to see how much the generator can send."""
    with servers.gunicorn("benchmarks.bare:asgi_hello", "asgi", folder / "ceiling.log") as server:
        yield Variant("bare ASGI, gunicorn asgi", server, PATH)


def _kinds(stack: ExitStack, folder: Path) -> Iterator[Kind]:
    yield kinds.sqlite(folder)
    if kinds.has_postgresql():
        yield stack.enter_context(kinds.postgresql())


def _settings(folder: Path, url: str) -> Settings:
    return Settings(data_dir=folder, database_url=url, secret_key=_KEY, admin_password="pass_1234")


def _variant(stack: ExitStack, folder: Path, kind: Kind, url: str, door: str, changes: bool) -> Variant:
    name = f"{_DOORS[door]}, {kind.name}, {_WORKLOADS[changes]}"
    environment = {
        "RINGMASTER_DATA_DIR": str(folder),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": _KEY,
        "RINGMASTER_PHONE_WORKERS": "1",
        "RINGMASTER_LOG_LEVEL": "WARNING",
    }
    server = stack.enter_context(servers.ringmaster(door, environment, folder / f"{name}.log"))
    database = Database(make_engine(url))
    stack.callback(database.reader.dispose)
    return Variant(name, server, PATH, Subject(database, kind.server_pid, changes))
