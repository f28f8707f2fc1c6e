"""Phones for lists are made inside each kind of database; Devices Status and the bare page show the same of them."""

from pathlib import Path

from app.cli.release import opened_database
from app.security.tenant_scope import ALL_TENANTS
from app.services.devices_status.filters import Filters
from app.services.devices_status.pages import count_matching, read_page
from app.transaction import reading
from benchmarks import bare_list, listed_phones, phone_list, screens, servers
from tests.databases import ADMIN_PASSWORD, INSTALLATION_KEY, Databases, settings_for


def test_phones_are_of_many_kinds(databases: Databases, database_url: str, tmp_path: Path) -> None:
    with opened_database(settings_for(database_url, tmp_path)) as database:
        listed_phones.add(database, 300)
        assert listed_phones.count(database) == 300
        with reading(database, ALL_TENANTS) as session:
            assert count_matching(session, Filters.from_query({"approval": "pending"})) == 6
            assert count_matching(session, Filters.from_query({"several": "yes"})) > 0
            page = read_page(session, Filters.from_query({"q": "user77@"}))
            assert [phone.phone_number for phone in page.phones] == ["+493010000077"]


def test_both_pages_are_loaded(sqlite_databases: Databases, sqlite_template: str, tmp_path: Path) -> None:
    url = sqlite_databases.copy(sqlite_template)
    with opened_database(settings_for(url, tmp_path)) as database:
        listed_phones.add(database, 60)
    environment = {
        "RINGMASTER_DATA_DIR": str(tmp_path),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": INSTALLATION_KEY,
    }
    with (
        servers.ringmaster("web", environment, tmp_path / "log") as web,
        servers.gunicorn(
            bare_list.APPLICATION, "gthread", tmp_path / "bare", {bare_list.DATABASE_URL: url}
        ) as bare,
    ):
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        found = phone_list.compare(web, session, bare, loads=1)
    assert [compared.title for compared in found] == list(phone_list.SEARCHES)
    assert all(min(compared.ours.time, compared.bare.time) > 0 for compared in found)
    sqlite_databases.drop(url)
