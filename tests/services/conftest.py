"""What the tests of the services share: a fresh installation, and one transaction on it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.databases import INSTALLATION_KEY


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database of a fresh installation."""
    open_vault(INSTALLATION_KEY)
    database = Database(make_engine(database_url))
    yield database
    database.reader.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction that may write, and sees everything."""
    with writing(database, ALL_TENANTS) as opened:
        yield opened
