"""Somebody signs in at the screens and loads pages while something else goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import asks, screens, servers
from benchmarks.load import Answers, Load, Script
from benchmarks.plain_client import PlainClient
from benchmarks.rounds import FailedAnswersError
from tests.benchmarks.recording import recorder
from tests.databases import ADMIN_PASSWORD, INSTALLATION_KEY, Databases


@pytest.fixture
def web(sqlite_databases: Databases, sqlite_template: str, tmp_path: Path) -> Iterator[servers.Server]:
    url = sqlite_databases.copy(sqlite_template)
    environment = {
        "RINGMASTER_DATA_DIR": str(tmp_path),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": INSTALLATION_KEY,
    }
    with servers.ringmaster("web", environment, tmp_path / "log") as server:
        yield server
    sqlite_databases.drop(url)


def load(server_url: str, session: str, file: Path) -> Load:
    asks.write(file, screens.page_loads(session))
    return Load(server_url, 2, 1, Script(file, 0, "", change_each_lap=False))


def test_pages_are_loaded_with_the_session_of_who_signed_in(web: servers.Server, tmp_path: Path) -> None:
    session = screens.signed_in(web.url, ADMIN_PASSWORD)
    loaded: list[Answers] = []
    with screens.loading(PlainClient(), load(web.url, session, tmp_path / "asks"), loaded):
        assert not loaded
    assert loaded[0].count > 0


def test_nobody_signs_in_with_another_password(web: servers.Server) -> None:
    with pytest.raises(FailedAnswersError, match="could not sign in"):
        screens.signed_in(web.url, "another password")


def test_pages_that_fail_end_the_measuring(tmp_path: Path) -> None:
    with recorder() as server:
        server.status = 503
        pages = load(server.url, "Cookie: session=none", tmp_path / "asks")
        with (
            pytest.raises(FailedAnswersError, match="pages failed"),
            screens.loading(PlainClient(), pages, []),
        ):
            pass
