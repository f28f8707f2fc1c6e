"""What every test can ask for: databases of both kinds, and a closed network around all of them."""

import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from app.database import Database, make_engine
from app.security.secrets import open_vault
from tests.closed_network import closed_network
from tests.databases import (
    INSTALLATION_KEY,
    Databases,
    PostgresqlDatabases,
    SqliteDatabases,
    prepare,
)
from tests.known_statements import knowing_statements
from tests.postgresql import PostgresqlServer, running_server
from tests.quick_folder import quick_folder
from tests.slapd import Slapd, running_slapd

# Examples are timed on busy machines: neither an example's nor their making's time says anything.
UNTIMED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("exploring", UNTIMED)
hypothesis.settings.register_profile("repeatable", UNTIMED, derandomize=True)
hypothesis.settings.load_profile("repeatable" if os.environ.get("CI") else "exploring")


_SLOW = ("flows", "benchmarks", "browser", "cli", "scheduler")
"""Folders in which tests start servers and browsers."""


_COLLECTED_AFTER = 10_000
"""Objects made before garbage is looked for: ten times as many as Python's own, of which tests make millions."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what is imported and collected, which stays: that doubles the time it takes."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, *gc.get_threshold()[1:])
    gc.enable()
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first: of those that processes share, none is left for one of them when the others are done."""
    tests_of = Counter(item.path for item in items)
    items.sort(key=lambda item: (_rank(item), -tests_of[item.path]))


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, folder in enumerate(_SLOW) if folder in item.path.parts), len(_SLOW))


@pytest.fixture(scope="session", autouse=True)
def _closed_network() -> Iterator[None]:
    with closed_network():
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A real PostgreSQL server, started when the first test needs it (one for each test process)."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    """A real LDAP directory, started when the first test needs it (one for each test process)."""
    with running_slapd() as directory:
        yield directory


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Databases]:
    """SQLite databases in a folder of this run."""
    with quick_folder("ringmaster-sqlite-") as folder:
        yield SqliteDatabases(folder)


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: PostgresqlServer) -> Databases:
    """PostgreSQL databases on the server of this run."""
    return PostgresqlDatabases(postgresql_server)


@pytest.fixture(scope="session")
def sqlite_template(sqlite_databases: Databases) -> str:
    """The URL of the SQLite database that is set up once and copied for each test."""
    return _prepared(sqlite_databases)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_databases: Databases) -> str:
    """The URL of the PostgreSQL database that is set up once and copied for each test."""
    return _prepared(postgresql_databases)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn; `parametrize("database_kind", ["sqlite"], indirect=True)` picks one."""
    kind: str = request.param
    return kind


@pytest.fixture
def databases(request: pytest.FixtureRequest, database_kind: str) -> Databases:
    """The databases of the kind at hand."""
    found: Databases = request.getfixturevalue(f"{database_kind}_databases")
    return found


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases, database_kind: str) -> Iterator[str]:
    """The URL of a database of this test's own, set up as a fresh installation."""
    url = databases.copy(request.getfixturevalue(f"{database_kind}_template"))
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database of a fresh installation, with what is encrypted in it open."""
    open_vault(INSTALLATION_KEY)
    database = Database(knowing_statements(make_engine(database_url)))
    yield database
    database.reader.dispose()


def _prepared(databases: Databases) -> str:
    url = databases.create()
    prepare(url)
    return url
