"""What a process knows of the licence: looked at now and then, and never where nobody issues any."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.database import Database, make_engine
from app.license_watch import LOOKS_EVERY_SECONDS, LicenseWatch
from app.security import issuer
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests import licensed
from tests.services.statements import Statements

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NOW = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SENTENCE = "The licence expired with 31 December 2026."


@pytest.fixture(autouse=True)
def _issuer(database: Database) -> Iterator[None]:
    with licensed.trusted():
        yield


@pytest.fixture
def statements(database: Database) -> Iterator[Statements]:
    with reading(database, ALL_TENANTS) as session:
        yield Statements(session)


def install(database: Database, **said: str) -> None:
    with writing(database, ALL_TENANTS) as session:
        licensed.install(session, **said)


def test_it_expires_to_the_minute(database: Database) -> None:
    install(database)
    watch = LicenseWatch(database)
    assert (watch.expired(NOW), watch.expired(NOW + MINUTE)) == ("", SENTENCE)


def test_one_without_end_never_expires(database: Database) -> None:
    install(database, until="unlimited")
    assert LicenseWatch(database).expired(NOW + timedelta(days=300_000)) == ""


def test_it_looks_once_in_a_while(database: Database, statements: Statements) -> None:
    install(database)
    clock = Clock()
    watch = LicenseWatch(database, clock=clock)
    watch.expired(NOW)
    asked = len(statements.texts)
    for _ in range(100):
        watch.expired(NOW)
    assert len(statements.texts) == asked
    clock.seconds += LOOKS_EVERY_SECONDS
    watch.expired(NOW)
    assert len(statements.texts) > asked


def test_what_another_process_installs_counts_within_seconds(database: Database) -> None:
    clock = Clock()
    watch = LicenseWatch(database, clock=clock)
    assert watch.expired(NOW + MINUTE) == ""
    install(database)
    assert watch.expired(NOW + MINUTE) == ""
    clock.seconds += LOOKS_EVERY_SECONDS
    assert watch.expired(NOW + MINUTE) == SENTENCE


def test_nothing_is_asked_where_nobody_issues_licences(database: Database, statements: Statements) -> None:
    install(database)
    statements.texts.clear()
    issuer.trust_issuer("")
    assert LicenseWatch(database).expired(NOW + MINUTE) == ""
    assert statements.texts == []


def test_what_is_known_holds_while_the_database_is_away(database: Database) -> None:
    install(database)
    clock = Clock()
    watch = LicenseWatch(database, clock=clock)
    assert watch.expired(NOW + MINUTE) == SENTENCE
    watch._database = Database(make_engine("sqlite:////nowhere/at/all.db"))
    clock.seconds += LOOKS_EVERY_SECONDS
    assert watch.expired(NOW + MINUTE) == SENTENCE


class Clock:
    """A clock that stands still until it is put ahead."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds
