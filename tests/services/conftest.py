"""What the tests of the services share: one transaction on a fresh installation."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.database import Database
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction that may write, and sees everything."""
    with writing(database, ALL_TENANTS) as opened:
        yield opened
