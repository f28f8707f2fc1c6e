"""Settings, licence and journal over the REST API: read and changed by who may, secrets never shown."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from app.views import license_guard
from tests import licensed
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
from tests.views.installations import fill
from tests.views.world import PEOPLE

READERS = {
    "/settings": {"alice", "oscar"},
    "/license": {"alice", "oscar", "victor"},
    "/journal": {"alice", "oscar"},
}
SYSTEM_ADMINISTRATORS = {"alice"}


def setting(asked: Program, name: str) -> dict[str, object]:
    return next(item for item in asked.get("/settings").json["items"] if item["name"] == name)


def test_each_role_reads_and_changes_what_it_may(program: MakeProgram):
    for person in PEOPLE:
        asked = program(person.name)
        for path, readers in READERS.items():
            assert asked.get(path).status_code == (200 if person.name in readers else 403), (person, path)
        changed = asked.patch("/settings", {"values": {}}).status_code
        assert changed == (200 if person.name in READERS["/settings"] else 403), person
        installed = asked.put("/license", {"text": "x"}).status_code
        assert installed == (409 if person.name in SYSTEM_ADMINISTRATORS else 403), person


def test_settings_change_all_or_none(program: MakeProgram):
    alice = program("alice")
    before = alice.get("/settings")
    wrong = {"values": {"keep_alive_period": "7", "disconnected_timeout": "soon"}}
    assert field_of(alice.patch("/settings", wrong)) == "disconnected_timeout"
    assert alice.get("/settings").headers["ETag"] == before.headers["ETag"]
    assert field_of(alice.patch("/settings", {"values": {"no_such_setting": "1"}})) == "no_such_setting"
    changed = alice.patch(
        "/settings", {"values": {"keep_alive_period": "7"}}, headers={"If-Match": before.headers["ETag"]}
    )
    assert changed.status_code == 200
    assert setting(alice, "keep_alive_period")["value"] == "7"
    stale = alice.patch("/settings", {"values": {}}, headers={"If-Match": before.headers["ETag"]})
    assert stale.status_code == 412


def test_with_the_zone_of_phones_goes_what_follows_from_it(program: MakeProgram):
    alice = program("alice")
    assert alice.patch("/settings", {"values": {"phone_time_zone": "Asia/Tokyo"}}).status_code == 200
    assert setting(alice, "gmt_offset")["value"] == "+09:00"


def test_a_secret_is_written_and_never_shown(program: MakeProgram):
    alice = program("alice")
    changed = alice.patch("/settings", {"values": {"ldap_password": "open-sesame"}})
    assert changed.status_code == 200
    assert "open-sesame" not in changed.text + alice.get("/settings").text + alice.get("/journal").text
    assert (setting(alice, "ldap_password")["value"], setting(alice, "ldap_password")["is_set"]) == (
        None,
        True,
    )


def test_a_new_licence_is_installed_when_the_old_one_has_expired(app: Flask, program: MakeProgram):
    with licensed.trusted():
        fill(app, licensed.install_expired)
        app.extensions[license_guard.WATCH].look_again()
        alice = program("alice")
        assert alice.get("/tenants").status_code == 403
        assert alice.get("/license").json["is_expired"] is True
        today = datetime.now(UTC).date()
        text = licensed.license_text(begin=str(today), until=str(today + timedelta(days=30)), devices="50")
        assert alice.put("/license", {"text": "no licence"}).status_code == 422
        installed = alice.put("/license", {"text": text})
        assert (installed.status_code, installed.json["devices"]) == (200, 50)
        assert installed.json["is_expired"] is False
        assert alice.get("/tenants").status_code == 200


def test_the_journal_is_filtered_and_paged(program: MakeProgram):
    alice = program("alice")
    for name in ("Initech", "Umbrella", "Hooli"):
        assert alice.put(f"/tenants/named/{name}", {}).status_code == 201
    first = alice.get("/journal?actor=alice&action=tenant+added&limit=2")
    rest = alice.get(f"/journal?actor=alice&action=tenant+added&limit=2&cursor={first.json['next_cursor']}")
    assert names_in(first, "subject") + names_in(rest, "subject") == ["Hooli", "Umbrella", "Initech"]
    assert names_in(alice.get("/journal?q=umbrel&actor=alice"), "subject") == ["Umbrella"]
    assert names_in(alice.get("/journal?since=2100-01-01T00:00:00Z")) == []
    assert names_in(alice.get("/journal?before=0001-01-01T00:00:00%2B14:00")) == []
    assert field_of(alice.get("/journal?since=yesterday")) == "since"
