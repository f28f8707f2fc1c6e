"""The phone plane's own life: start, heartbeat, stop, and senders that stop in the middle."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.logs.levels import VERBOSE
from app.models import Heartbeat
from app.phone_api import plane as plane_module
from app.phone_api.plane import PhonePlane
from app.services import presence, silence
from tests import factories
from tests.databases import settings_for
from tests.phone_api.doors import KEEP_ALIVE, PATIENCE_SECONDS, Asked, Phone, plane_door, wait_until

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def begin(settings):
    """Start a plane and return what it says."""
    said = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        said.append(message)

    asyncio.run(PhonePlane(settings)({"type": "lifespan"}, receive, send))
    return said


@ON_SQLITE
def test_a_database_that_is_behind_stops_the_start_with_a_sentence(empty_database_url, tmp_path):
    (said,) = begin(settings_for(empty_database_url, tmp_path))
    assert said["type"] == "lifespan.startup.failed"
    assert "The database is at revision none" in said["message"]


def test_a_database_that_is_not_there_stops_the_start(tmp_path):
    (said,) = begin(settings_for(f"sqlite:///{tmp_path}/no/such/folder/ringmaster.db", tmp_path))
    assert said["type"] == "lifespan.startup.failed"
    assert "unable to open database file" in said["message"]


def test_its_heart_beats_before_the_first_phone_is_heard(settings, database, stored):
    before = datetime.now(UTC)
    with plane_door(settings, database), stored() as session:
        heartbeat = session.get_one(Heartbeat, silence.PHONE_PLANE)
        assert heartbeat.beat_at >= before
        assert heartbeat.running_since >= before


def test_when_it_stops_no_last_contact_is_lost(settings, database, stored):
    with plane_door(settings, database) as door:
        phone = Phone(door, database)
        phone.report()
        before = datetime.now(UTC)
        phone.report()
    with stored() as session:
        assert presence.seen_at(session, phone.mac) >= before


@ON_SQLITE
def test_while_it_runs_it_writes_the_last_contact_again_and_again(settings, database, stored, monkeypatch):
    monkeypatch.setattr(plane_module, "_FLUSH_SECONDS", 0.001)
    with plane_door(settings, database) as door:
        phone = Phone(door, database)
        phone.report()
        for _ in range(2):
            before = datetime.now(UTC)
            phone.report()
            wait_until(lambda before=before: is_seen_since(stored, phone, before))


def is_seen_since(stored, phone, moment):
    with stored() as session:
        return presence.seen_at(session, phone.mac) >= moment


def exchange(plane, *received, headers=()):
    """Let the plane receive these messages and return what it sends."""
    sent = []
    waiting = list(received)

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": KEEP_ALIVE, "headers": list(headers), "client": None}
    asyncio.run_coroutine_threadsafe(plane.plane(scope, receive, send), plane.loop).result(10)
    return sent


def part(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


@ON_SQLITE
def test_a_body_in_parts_is_put_together(plane, database):
    sent = exchange(
        plane, part(b'{"mac":"0090', more=True), part(b"", more=True), part(b'8f9a9623"}', more=False)
    )
    assert sent[0]["status"] == 200
    assert Phone(plane, database).row() is not None


@ON_SQLITE
def test_a_sender_that_leaves_before_the_end_has_said_nothing(plane, database):
    sent = exchange(plane, part(b'{"mac":"00908f9a9623"}', more=True), {"type": "http.disconnect"})
    assert sent[0]["status"] == 400
    assert b"did not come whole" in sent[1]["body"]
    assert Phone(plane, database).row() is None


@ON_SQLITE
def test_no_more_is_read_of_a_body_that_is_too_long(plane):
    parts = [part(b" " * 40_000, more=True)] * 3
    assert exchange(plane, *parts)[0]["status"] == 413
    assert exchange(plane, headers=[(b"content-length", b"65537")])[0]["status"] == 413


@ON_SQLITE
def test_other_protocols_are_turned_away(plane):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run_coroutine_threadsafe(plane.plane({"type": "websocket"}, None, send), plane.loop).result(10)
    assert sent == [{"type": "websocket.close"}]


@ON_SQLITE
def test_while_reports_wait_in_numbers_files_are_served_and_no_download_begins(
    plane, database, settings, setting_up, monkeypatch
):
    monkeypatch.setattr("app.phone_api.batcher.MOST_IN_BATCH", 1)
    with setting_up() as session:
        factories.make_firmware(session, settings.data_dir, "430HD.img", bytes(100_000))
    phone = Phone(plane, database)
    with database.writer.connect() as other:
        other.execute(text("SELECT 1"))  # takes the one write lock there is
        reports = [plane.begin(a_report(factories.next_mac())) for _ in range(5)]
        wait_until(lambda: phone.get("/firmwarefiles/430HD.img").status == 503)
        assert phone.get("/firmwarefiles/430HD.img", Range="bytes=9-").status == 206
        assert phone.get("/firmwarefiles/430HD.img", Range="bytes=0-4095").status == 206
        assert phone.get("/ipp/dhcpoption160.cfg").status == 200
    assert {report.result(PATIENCE_SECONDS).status for report in reports} == {200}
    assert phone.get("/firmwarefiles/430HD.img").status == 200


def a_report(mac):
    return Asked("POST", KEEP_ALIVE, body=b'{"mac":"%s"}' % mac.encode())


def test_who_watches_over_it_asks_beside_the_phones(settings, database):
    here = "127.0.0.1"
    with plane_door(settings, database) as door:
        phone = Phone(door, database)
        assert phone.ask("GET", "/health/live", peer="10.0.0.1").json == {"status": "live"}
        ready = phone.ask("GET", "/health/ready", peer="10.0.0.1")
        assert ready.status == 200
        assert ready.json["checks"] == {
            "database": "well",
            "migrations": "well",
            "key": "well",
            "disk": "well",
            "firmware": "well",
        }
        phone.report()
        phone.get("/configfiles/none.cfg")
        figures = phone.ask("GET", "/metrics", peer=here).text
        assert 'ringmaster_requests_total{door="plane",kind="report",status="2xx"}' in figures
        assert 'ringmaster_requests_total{door="plane",kind="file",status="4xx"}' in figures
        assert 'ringmaster_plane_waiting_calls{lane="batch"} 0' in figures
        assert phone.mac not in figures
        assert phone.ask("GET", "/metrics", peer="10.0.0.1").status == 403
        assert phone.ask("GET", "/metrics", peer=here, X_Forwarded_For=here).status == 403
        assert phone.ask("POST", "/metrics", b"x", peer=here).status == 405


@ON_SQLITE
def test_who_sends_bad_requests_writes_no_line_but_at_all_levels(settings, database, caplog):
    with plane_door(settings, database) as door, caplog.at_level("DEBUG", "app"):
        phone = Phone(door, database)
        for _ in range(3):
            phone.post(KEEP_ALIVE, b"\n2026-01-01T00:00:00.000Z plane ERROR forged")
            phone.get("/configfiles/%0a2026.cfg")
            phone.get("/configfiles/none.cfg", User_Agent="a\x1b[2Jb")
        assert caplog.records == []
        caplog.set_level(VERBOSE, "app")
        phone.get("/configfiles/none.cfg")
        assert [record.getMessage() for record in caplog.records] == ["GET /configfiles/none.cfg 404"]
