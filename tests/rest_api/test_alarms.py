"""Alarms over the REST API: listed, acknowledged, shelved, commented on and ended, by who may."""

from datetime import UTC, datetime, timedelta

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.world import PEOPLE, World

ACKNOWLEDGERS_OF_ACME = {"alice", "oscar", "olga", "hal", "helen"}
SHELVERS_OF_ACME = {"alice", "oscar", "olga"}


def test_each_role_does_what_it_may(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        may_list = person.name != "nora"
        sees = person.tenants != ()
        acknowledged = asked.post(f"/alarms/{world.acme_alarm}/acknowledge", {"note": "seen"}).status_code
        shelved = asked.post("/alarms/shelve", {"ids": [world.acme_alarm], "until": "2020-01-01T00:00:00Z"})
        assert asked.get("/alarms").status_code == 200
        is_operator = person.name in SHELVERS_OF_ACME | {"nora"}
        may_acknowledge = person.name in ACKNOWLEDGERS_OF_ACME | {"nora"}
        assert acknowledged == (403 if not may_acknowledge else 200 if sees and may_list else 404), person
        assert shelved.status_code == (422 if is_operator else 403), person
        foreign = asked.post(f"/alarms/{world.globex_alarm}/comment", {"note": "hello"}).status_code
        assert foreign == (403 if not may_acknowledge else 200 if person.tenants is None else 404), person


def test_an_alarm_is_acknowledged_shelved_and_ended_with_its_timeline(program: MakeProgram, world: World):
    olga = program("olga")
    path = f"/alarms/{world.acme_alarm}"
    assert names_in(olga.get("/alarms"), "id") == [world.acme_alarm]
    acknowledged = olga.post(f"{path}/acknowledge", {"note": "mine"}).json
    assert acknowledged["acknowledged_by"] == "olga"
    assert names_in(olga.get("/alarms?state=acknowledged"), "id") == [world.acme_alarm]
    assert olga.post(f"{path}/unacknowledge", {}).json["acknowledged_at"] is None
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    assert field_of(olga.post(f"{path}/shelve", {})) == "until"
    assert field_of(olga.post(f"{path}/comment", {})) == "note"
    assert field_of(olga.post(f"{path}/shelve", {"until": "2026-01-01T00:00:00"})) == "until"
    assert olga.post(f"{path}/shelve", {"until": until, "note": "later"}).json["shelf_reason"] == "later"
    assert names_in(olga.get("/alarms"), "id") == []
    assert names_in(olga.get("/alarms?state=shelved"), "id") == [world.acme_alarm]
    assert olga.delete(path).status_code == 204
    assert names_in(olga.get("/alarms?history=true"), "id") == [world.acme_alarm]
    lines = olga.get(f"{path}/timeline").json["items"]
    assert [line["deed"] for line in lines][-1] == "acknowledge"
    assert {line["actor"] for line in lines} == {"olga"}


def test_several_at_once_are_those_that_are_seen(program: MakeProgram, world: World):
    both = {"ids": [world.acme_alarm, world.globex_alarm, 2**31 - 1]}
    assert program("olga").post("/alarms/acknowledge", both).json == {"changed": 1}
    assert program("alice").post("/alarms/acknowledge", both).json == {"changed": 2}
    assert field_of(program("alice").post("/alarms/acknowledge", {"ids": []})) == "ids"
