"""The database as it is set up: no update is lost, times keep their zone, words are held to their list."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from app.database import Database
from app.models import Heartbeat, PhoneUser, SystemSetting, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INCREMENTS = 50


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_writers_that_read_first_lose_no_update(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        session.add(SystemSetting(name="counter", value="0"))

    def count() -> None:
        for _ in range(INCREMENTS):
            with writing(database, ALL_TENANTS) as session:
                counter = session.get_one(SystemSetting, "counter")
                counter.value = str(int(counter.value) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(database, ALL_TENANTS) as session:
        assert session.get_one(SystemSetting, "counter").value == str(4 * INCREMENTS)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_log_that_grew_while_somebody_read_for_long_is_cut_afterwards(database: Database) -> None:
    log = Path(f"{database.writer.url.database}-wal")
    with reading(database, ALL_TENANTS) as session:
        assert session.scalar(select(func.count()).select_from(Tenant))
        for size in (0, 24_000_000, 1):
            write_a_blob(database, size)
        assert log.stat().st_size > 24_000_000
    for size in (2, 3):
        write_a_blob(database, size)
    assert log.stat().st_size <= 16 * 1024 * 1024


def write_a_blob(database: Database, size: int) -> None:
    with writing(database, ALL_TENANTS) as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS blobs (blob BLOB)"))
        session.execute(text("INSERT INTO blobs (blob) VALUES (zeroblob(:size))"), {"size": size})


def test_a_time_comes_back_in_utc_whatever_its_zone_was(database: Database) -> None:
    in_berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    with writing(database, ALL_TENANTS) as session:
        session.add(Heartbeat(name="test", beat_at=in_berlin, running_since=NOW))
    with reading(database, ALL_TENANTS) as session:
        beat = session.get_one(Heartbeat, "test")
        assert (beat.beat_at, beat.beat_at.utcoffset()) == (NOW, timedelta(0))


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with reading(database, ALL_TENANTS) as session:
        session.add(Heartbeat(name="test", beat_at=naive, running_since=NOW))
        with pytest.raises(StatementError, match="without a zone"):
            session.flush()


def test_the_database_itself_refuses_a_word_that_is_not_in_the_list(database: Database) -> None:
    wrong = text(
        "INSERT INTO device_status (mac, approval, first_seen_at) VALUES ('00908f000001', 'perhaps', '2026-11-23')"
    )
    with pytest.raises(IntegrityError), writing(database, ALL_TENANTS) as session:
        session.execute(wrong)


def test_there_is_at_most_one_default_tenant(database: Database) -> None:
    with reading(database, ALL_TENANTS) as session:
        session.add(Tenant(name="Second", is_default=True, created_at=NOW))
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_password_is_not_readable_in_the_database(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        tenant = session.scalars(select(Tenant)).one()
        session.add(PhoneUser(name="anna", password="s3cret!", tenant=tenant, created_at=NOW))
    with reading(database, ALL_TENANTS) as session:
        stored = session.execute(text("SELECT password FROM phone_user WHERE name = 'anna'")).scalar_one()
        assert b"s3cret" not in bytes(stored)
        assert session.scalars(select(PhoneUser.password).where(PhoneUser.name == "anna")).one() == "s3cret!"
