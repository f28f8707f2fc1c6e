"""What Dashboard and Network Topology are compared with: a fleet in many places, and a plain page that counts it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli.release import opened_database
from app.database import Database
from app.models import DeviceStatus
from app.security.tenant_scope import ALL_TENANTS
from app.services import dashboard
from app.transaction import reading, writing
from benchmarks import placed, plain_page
from tests.databases import Databases, settings_for
from tests.factories import make_device, make_status

PHONES = 60


def test_phones_stand_in_many_places_and_the_plain_page_shows_them(
    sqlite_databases: Databases, sqlite_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_databases.copy(sqlite_template)
    monkeypatch.setenv(plain_page.DATABASE_URL, url)
    with opened_database(settings_for(url, tmp_path)) as database:
        fill_and_spread(database)
        with reading(database, ALL_TENANTS) as session:
            places = session.execute(
                select(
                    func.count(DeviceStatus.site_id.distinct()), func.count(DeviceStatus.subnet.distinct())
                )
            ).one()
            assert min(places) > 5
            assert dashboard.figures(session).total == PHONES
    client = plain_page.app.test_client()
    for query in plain_page.QUERIES:
        assert client.get("/", query_string={"query": query}).text.count("<tr>") > 5
    sqlite_databases.drop(url)


def fill_and_spread(database: Database) -> None:
    """Add phones, and give them their places."""
    with writing(database, ALL_TENANTS) as session:
        for _ in range(PHONES):
            make_status(session, device=make_device(session))
    placed.spread(database)
