"""What the tests of the scheduler share: the database of a fresh installation."""

from collections.abc import Iterator

import pytest

from app.database import Database, make_engine
from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database of a fresh installation."""
    open_vault(INSTALLATION_KEY)
    database = Database(make_engine(database_url))
    yield database
    database.reader.dispose()
