"""What the tests of the phone API share: an installation, both doors before it, and a phone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Base, Database, is_table_on, make_engine
from app.models import FileFetch
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from config import Settings
from tests import factories
from tests.databases import INSTALLATION_KEY, Databases, settings_for
from tests.phone_api.doors import DOORS, Door, Phone, PlaneDoor, plane_door

Sessions = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of an installation of this test's own."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
def stored(database: Database) -> Sessions:
    """Opens a session that reads what is committed."""
    return lambda: reading(database, ALL_TENANTS)


@pytest.fixture
def setting_up(database: Database) -> Sessions:
    """Opens a session whose changes are committed at the end."""
    return lambda: writing(database, ALL_TENANTS)


@pytest.fixture
def acme(setting_up: Sessions) -> int:
    """The id of a tenant in it, called Acme, which the newer address knows as c-17."""
    with setting_up() as session:
        return factories.make_tenant(session, "Acme", external_id="c-17").id


@pytest.fixture(params=DOORS)
def first_phone(request: pytest.FixtureRequest, settings: Settings, database: Database) -> Iterator[Phone]:
    """The first phone of a fresh installation, before each of the doors in turn."""
    with DOORS[request.param](settings, database) as door:
        yield Phone(door, database)


@pytest.fixture
def plane(settings: Settings, database: Database) -> Iterator[PlaneDoor]:
    """The second door alone, for what only it does."""
    with plane_door(settings, database) as door:
        yield door


@pytest.fixture(scope="module")
def lasting_database(sqlite_databases: Databases, sqlite_template: str) -> Iterator[Database]:
    """One installation for all tests of a module that ask for ``phone``."""
    open_vault(INSTALLATION_KEY)
    url = sqlite_databases.copy(sqlite_template)
    database = Database(make_engine(url))
    yield database
    database.reader.dispose()
    sqlite_databases.drop(url)


@pytest.fixture(scope="module", params=DOORS)
def lasting_door(
    request: pytest.FixtureRequest, lasting_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """Each of the doors in turn, open for all tests of a module."""
    url = str(lasting_database.reader.url)
    settings = settings_for(url, tmp_path_factory.mktemp("data"))
    with DOORS[request.param](settings, lasting_database) as door:
        yield door


@pytest.fixture
def phone(lasting_door: Door, lasting_database: Database) -> Phone:
    """A phone never heard of, before each of the doors in turn, among the phones of the tests before."""
    return Phone(lasting_door, lasting_database, factories.next_mac())


def count_rows(database: Database) -> dict[str, int]:
    """Return how many rows each table has, but for the log that has every request for a file, refused or not."""
    with reading(database, ALL_TENANTS) as session:
        return {
            table.name: session.scalars(select(func.count()).select_from(table)).one()
            for table in Base.metadata.sorted_tables
            if table.name != FileFetch.__tablename__ and is_table_on(table, session.get_bind().dialect.name)
        }
