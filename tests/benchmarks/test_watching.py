"""People who look at fresh pages, and the search beside a bare page: both can be measured on a small installation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.release import opened_database
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from benchmarks import bare_search, live_viewers, screens, servers
from benchmarks.rounds import FailedAnswersError
from tests.databases import ADMIN_PASSWORD, INSTALLATION_KEY, Databases, settings_for
from tests.factories import make_status


@pytest.fixture
def url(sqlite_databases: Databases, sqlite_template: str, tmp_path: Path) -> Iterator[str]:
    """A database with three phones."""
    made = sqlite_databases.copy(sqlite_template)
    with opened_database(settings_for(made, tmp_path)) as database, writing(database, ALL_TENANTS) as session:
        for number in range(3):
            make_status(session, phone_number=f"555{number}", user_name="anna")
    yield made
    sqlite_databases.drop(made)


def test_polls_are_answered_while_phones_change(url: str, tmp_path: Path) -> None:
    environment = {
        "RINGMASTER_DATA_DIR": str(tmp_path),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": INSTALLATION_KEY,
    }
    with (
        servers.ringmaster("web", environment, tmp_path / "log") as web,
        opened_database(settings_for(url, tmp_path)) as database,
    ):
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        change = live_viewers.changing(database)
        found = live_viewers.watch(
            web, session, "Dashboard", "/dashboard/figures", seconds=1.5, viewers=20, change=change
        )
        with pytest.raises(FailedAnswersError, match="was answered 404"):
            live_viewers.watch(web, session, "Nothing", "/nothing", seconds=1)
    assert found.polls > 0
    assert found.unchanged < found.polls


def test_the_bare_page_finds_a_part_of_a_number(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bare_search.DATABASE_URL, url)
    page = bare_search.make_application().test_client()
    assert page.get("/search/?q=5551").text.count("<li>") == 1
    assert page.get("/search/?q=ANNA").text.count("<li>phone") == 3
    assert "<li>template Audiocodes_430HD" in page.get("/search/?q=430hd").text
    assert page.get("/search/?q=nobody").text.count("<li>") == 0
