"""A primary that dies: phones are told to come again, and once its standby has taken over nothing answered is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.backup.databases import snapshot
from app.database import Database, make_engine
from app.security.secrets import open_vault
from config import Settings
from tests.databases import INSTALLATION_KEY, PostgresqlDatabases, prepare, settings_for
from tests.phone_api.doors import Phone, flask_door, plane_door, wait_until
from tests.standby import Pair, primary_and_standby

pytestmark = pytest.mark.postgresql


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary and a standby of this test's own."""
    with primary_and_standby() as running:
        yield running


@pytest.fixture
def settings(pair: Pair, tmp_path: Path) -> Settings:
    """The settings of an installation on both of them."""
    database = PostgresqlDatabases(pair.primary).create().partition("@/")[2].partition("?")[0]
    url = pair.url(database)
    prepare(url)
    open_vault(INSTALLATION_KEY)
    return settings_for(url, tmp_path)


def test_phones_go_on_with_the_standby_once_it_takes_writes(
    pair: Pair, settings: Settings, tmp_path: Path
) -> None:
    database = Database(make_engine(settings.database_url))
    with plane_door(settings, database) as plane, flask_door(settings, database) as web:
        phones = [Phone(plane, database, "00908f000001"), Phone(web, database, "00908f000002")]
        for phone in phones:
            assert phone.report(location="Desk 1").status == 200
        pair.primary.kill()
        for phone in phones:
            told = phone.report(location="Desk 2")
            assert (told.status, "retry-after" in told.headers) == (503, True)
        pair.promote()
        snapshot(settings.database_url, tmp_path / "database")  # pg_dump finds it as well
        assert (tmp_path / "database").stat().st_size > 10_000
        assert {phone.row().location for phone in phones} == {"Desk 1"}
        for phone in phones:
            assert phone.report(location="Desk 3").status == 200
            assert phone.row().location == "Desk 3"

        # It is made a standby again behind the back of those who are connected to it, and then takes writes once more.
        pair.standby.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        pair.standby.execute("SELECT pg_reload_conf()")
        wait_until(lambda: pair.standby.ask("SHOW default_transaction_read_only") == "on")
        for phone in phones:
            told = phone.report(location="Desk 4")
            assert (told.status, "retry-after" in told.headers) == (503, True)
        pair.standby.execute("ALTER SYSTEM RESET default_transaction_read_only")
        pair.standby.execute("SELECT pg_reload_conf()")
        wait_until(lambda: all(phone.report(location="Desk 5").status == 200 for phone in phones))
        assert {phone.row().location for phone in phones} == {"Desk 5"}
    database.reader.dispose()
