"""While the database is away phones are told when to come back, and afterwards all is as before."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, make_url, select, text

from app.database import Database, make_engine
from app.models import Alarm
from app.phone_api import plane as plane_module
from tests import factories
from tests.phone_api.doors import ALERT, DOORS, KEEP_ALIVE, Phone, plane_door, wait_until

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@contextmanager
def away(server, url):
    """End every connection to a PostgreSQL database and let nobody in, until the end of the block."""
    name = make_url(url).database
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        yield
    finally:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def check_busy(answer):
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.sentence


@pytest.mark.postgresql
@ON_POSTGRESQL
def test_without_the_database_phones_are_told_when_to_come_back(first_phone, database_url, postgresql_server):
    first_phone.report()
    with away(postgresql_server, database_url):
        check_busy(first_phone.report("unregistered"))
        check_busy(first_phone.report())
        check_busy(first_phone.raise_alarm())
        check_busy(first_phone.get("/configfiles/00908f000001.cfg"))
        check_busy(first_phone.get("/ipp/tenant/Acme/00908f000001.cfg"))
        check_busy(first_phone.get("/firmwarefiles/430HD.img"))
        assert first_phone.post(KEEP_ALIVE, b"{}").status == 400
        assert first_phone.post(ALERT, b"{}").status == 400
    assert first_phone.report("unregistered").status == 200
    assert first_phone.row().status == "unregistered"


@pytest.mark.postgresql
@ON_POSTGRESQL
def test_once_it_is_back_an_alarm_tells_how_many_were_told_to_come_again(
    settings, database, database_url, postgresql_server, stored, monkeypatch
):
    monkeypatch.setattr(plane_module, "_FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(plane_module, "_FLUSHES_BETWEEN_BEATS", 1)
    with plane_door(settings, database) as door:
        phone = Phone(door, database)
        with away(postgresql_server, database_url):
            for _ in range(3):
                check_busy(phone.report())
            check_busy(phone.get("/firmwarefiles/430HD.img"))
        wait_until(lambda: texts_of_alarms(stored))
    (said,) = texts_of_alarms(stored)
    assert said.startswith("3 requests were answered with 503")


def texts_of_alarms(stored):
    with stored() as session:
        return session.scalars(select(Alarm.text)).all()


@pytest.mark.postgresql
@ON_POSTGRESQL
def test_a_restart_of_the_database_between_two_reports_costs_nobody_an_answer(
    first_phone, database_url, postgresql_server
):
    assert first_phone.report().status == 200
    with away(postgresql_server, database_url):
        pass
    assert first_phone.report("unregistered").status == 200
    with away(postgresql_server, database_url):
        pass
    assert first_phone.get("/ipp/dhcpoption160.cfg").status == 200
    assert first_phone.row().status == "unregistered"


@pytest.mark.postgresql
@ON_POSTGRESQL
def test_what_was_served_lately_is_served_again_while_the_database_is_away(
    first_phone, settings, setting_up, database_url, postgresql_server, acme
):
    with setting_up() as session:
        factories.make_firmware(session, settings.data_dir)
    first_phone.report(region="Acme")
    first_phone.sign_in(region="Acme")
    own = f"/configfiles/{first_phone.mac}.cfg"
    files = {
        target: first_phone.get(target)
        for target in (own, "/ipp/dhcpoption160.cfg", "/firmwarefiles/430HD.img")
    }
    assert {answer.status for answer in files.values()} == {200}
    with away(postgresql_server, database_url):
        for target, answer in files.items():
            assert first_phone.get(target).body == answer.body
            assert first_phone.get(target, If_None_Match=answer.headers["etag"]).status == 304
        check_busy(first_phone.get("/configfiles/00908f000001.cfg"))


@pytest.mark.postgresql
@ON_POSTGRESQL
def test_what_was_deleted_since_is_not_served_again(
    first_phone, setting_up, settings, database_url, postgresql_server
):
    with setting_up() as session:
        stored = factories.make_firmware(session, settings.data_dir)
    assert first_phone.get("/firmwarefiles/430HD.img").status == 200
    with setting_up() as session:
        session.delete(session.merge(stored))
    assert first_phone.get("/firmwarefiles/430HD.img").status == 404
    with away(postgresql_server, database_url):
        check_busy(first_phone.get("/firmwarefiles/430HD.img"))


@pytest.fixture(params=DOORS)
def impatient_phone(request, settings, database_url, database, monkeypatch):
    """A phone before each door of a SQLite installation whose writers wait for one another only a moment."""

    def make_impatient_engine(url, **options):
        engine = make_engine(url, **options)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
        return engine

    monkeypatch.setattr("app.phone_api.plane.make_engine", make_impatient_engine)
    impatient = Database(make_impatient_engine(database_url))
    with DOORS[request.param](settings, impatient) as door:
        yield Phone(door, database)
    impatient.reader.dispose()


@ON_SQLITE
def test_while_another_holds_the_write_lock_phones_are_told_when_to_come_back(impatient_phone, database):
    with database.writer.connect() as other:
        other.execute(text("SELECT 1"))
        check_busy(impatient_phone.report())
        assert impatient_phone.get("/ipp/dhcpoption160.cfg").status == 200
    assert impatient_phone.report().status == 200
