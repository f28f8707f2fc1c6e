"""The pages of the largest fleet: each is there, for who sees all and for who sees one tenant."""

from pathlib import Path

import pytest

from app.cli.release import opened_database
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import large_fleet, large_pages, listed_phones, screens, servers
from tests.databases import ADMIN_PASSWORD, INSTALLATION_KEY, Databases, settings_for

PHONES = 300


@pytest.mark.postgresql
def test_each_page_is_loaded_by_both(postgresql_databases: Databases, tmp_path: Path) -> None:
    url = postgresql_databases.create()
    settings = settings_for(url, tmp_path)
    large_fleet.make(settings, PHONES)
    with opened_database(settings) as database:
        assert listed_phones.has_phones(database)
        with reading(database, ALL_TENANTS) as session:
            pages = large_pages.addresses(session, PHONES)
    environment = {
        "RINGMASTER_DATA_DIR": str(tmp_path),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": INSTALLATION_KEY,
    }
    with servers.ringmaster("web", environment, tmp_path / "log") as web:
        everybody = screens.signed_in(web.url, ADMIN_PASSWORD)
        somebody = screens.signed_in(web.url, ADMIN_PASSWORD, large_fleet.ACCOUNT)
        asked = [(everybody, title) for title in pages] + [(somebody, "Devices Status")]
        taken = [
            large_pages.measure(web, session, title, pages[title], loads=1, used=lambda: (0.0, 0.0))
            for session, title in asked
        ]
    assert [one.title for one in taken] == [title for _, title in asked]
    assert not any(one.is_given_up for one in taken)
    assert large_pages.slowest(taken) > 0
    postgresql_databases.drop(url)
