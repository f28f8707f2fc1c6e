"""Ringmaster on both kinds of database, each started once for the flows of a test process, and ended behind them."""

from collections.abc import Iterator

import pytest

from app.security.secrets import open_vault
from tests.databases import Databases
from tests.flows.installation import KEY, Installation, installation
from tests.free_ports import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if "flows" in item.path.parts:
            item.add_marker(pytest.mark.flows)


# Storms knock at the web listener, too: with its usual threads most phones would be told to come again later.
WEB_THREADS = "16"


@pytest.fixture(scope="package")
def sqlite_ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster on SQLite, which the tests share."""
    folder, url = tmp_path_factory.mktemp("sqlite"), sqlite_databases.create()
    with installation(folder, url, WEB_THREADS=WEB_THREADS) as running:
        yield running


@pytest.fixture(scope="package")
def postgresql_ringmaster(
    postgresql_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster on PostgreSQL, which the tests share."""
    folder, url = tmp_path_factory.mktemp("postgresql"), postgresql_databases.create()
    with installation(folder, url, WEB_THREADS=WEB_THREADS) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ringmaster(request: pytest.FixtureRequest) -> Installation:
    """A Ringmaster on each kind of database in turn."""
    open_vault(KEY)  # other tests of this process have other keys
    found: Installation = request.getfixturevalue(f"{request.param}_ringmaster")
    return found


@pytest.fixture
def web_port() -> int:
    """A port on which the phones may have their pages."""
    return free_port()
