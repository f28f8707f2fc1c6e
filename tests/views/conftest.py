"""Installed databases with the company of tests/views/world.py, and people who have signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY, Databases
from tests.views.browsing import Browser, signed_in
from tests.views.installations import Worlds, fill, open_app
from tests.views.kept_apps import KeptApps
from tests.views.world import PEOPLE, World, make_world

SignIn = Callable[[str], Browser]


@pytest.fixture
def app(database_url: str, database_kind: str, kept_apps: KeptApps, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of this test's own, of each kind; built once, and as new for each test."""
    with kept_apps.lent(database_kind, database_url, tmp_path) as lent:
        yield lent


@pytest.fixture(scope="session")
def kept_apps() -> KeptApps:
    """The applications that tests are lent."""
    return KeptApps()


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """The databases that have the company, each made when the first test needs it."""
    return Worlds(tmp_path_factory.mktemp("worlds"))


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, databases: Databases, database_kind: str, worlds: Worlds
) -> Iterator[str]:
    """The URL of a database of this test's own: with the company where the test asks for it, else a fresh one."""
    template = request.getfixturevalue(f"{database_kind}_template")
    if "world" in request.fixturenames:
        template = worlds.template(database_kind, databases, template)
    url = databases.copy(template)
    yield url
    databases.drop(url)


@pytest.fixture
def world(app: Flask, database_kind: str, worlds: Worlds) -> World:
    """The company in the database of the application."""
    return worlds.of(database_kind)


@pytest.fixture
def sign_in(app: Flask, world: World) -> SignIn:
    """Sign in by name."""
    return lambda name: signed_in(app, name)


@pytest.fixture(autouse=True)
def _open_vault() -> None:
    """Open what is encrypted in the shared database: other tests of this process have other keys."""
    open_vault(INSTALLATION_KEY)


@pytest.fixture(scope="session")
def shared_app(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One application for all tests that change nothing; who is signed in there stays so, however long a run takes."""
    url = sqlite_databases.copy(sqlite_template)
    yield from open_app(url, tmp_path_factory.mktemp("installation"), session_idle_minutes=1440)
    sqlite_databases.drop(url)


@pytest.fixture(scope="session")
def shared_world(shared_app: Flask) -> World:
    """The company in the shared database."""
    return fill(shared_app, make_world)


@pytest.fixture(scope="session")
def people(shared_app: Flask, shared_world: World) -> dict[str, Browser]:
    """Everybody, signed in; for tests that change nothing."""
    return {person.name: signed_in(shared_app, person.name) for person in PEOPLE}


@pytest.fixture
def visitor(shared_app: Flask) -> Browser:
    """Somebody who has not signed in."""
    return Browser(shared_app)
