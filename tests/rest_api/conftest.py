"""The company of the screens' tests with the REST API on it, and programs that carry tokens."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY, Databases
from tests.rest_api.programs import Program, program_of
from tests.views.installations import Worlds, open_app
from tests.views.world import World

MakeProgram = Callable[..., Program]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of this test's own, of each kind."""
    yield from open_app(database_url, tmp_path)


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """The databases that have the company, each made when the first test needs it."""
    return Worlds(tmp_path_factory.mktemp("worlds"))


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, databases: Databases, database_kind: str, worlds: Worlds
) -> Iterator[str]:
    """The URL of a database of this test's own, with the company in it."""
    template = worlds.template(database_kind, databases, request.getfixturevalue(f"{database_kind}_template"))
    url = databases.copy(template)
    yield url
    databases.drop(url)


@pytest.fixture
def world(app: Flask, database_kind: str, worlds: Worlds) -> World:
    """The company in the database of the application."""
    return worlds.of(database_kind)


@pytest.fixture
def program(app: Flask, world: World) -> MakeProgram:
    """Make a program that carries a token of the account of a name, narrowed as the wish says."""
    return lambda name, **wish: program_of(app, name, **wish)


@pytest.fixture(autouse=True)
def _open_vault() -> None:
    """Open what is encrypted in the shared database: other tests of this process have other keys."""
    open_vault(INSTALLATION_KEY)
