"""Users, devices and phones over the REST API: what is written, what is refused, and to whom."""

from flask import Flask
from sqlalchemy import select

from app.models import ConfigFile, Device, DeviceStatus, PhoneUser
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.installations import database_of
from tests.views.world import (
    ACME_MAC,
    ACME_WAITING_MAC,
    GLOBEX_MAC,
    GLOBEX_WAITING_MAC,
    HIDDEN_FROM_ACME,
    NOBODYS_MAC,
    PEOPLE,
    World,
)

NEW_MAC = "00908fc0ffee"
OPERATORS_OF_ACME = {"alice", "oscar", "olga"}
ANNA = "/users/named/Acme/anna@acme.example"
LISTS = ("/users", "/devices", "/phones", "/alarms", "/sites", "/tenants")


def test_nobody_sees_more_than_his_tenants_in_any_list(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        text = " ".join(asked.get(path).text for path in LISTS).casefold()
        foreign = [asked.get(f"/{kind}/{GLOBEX_MAC}").status_code for kind in ("devices", "phones")]
        if person.tenants is None:
            assert "globex" in text
            assert foreign == [200, 200]
        else:
            assert [word for word in HIDDEN_FROM_ACME if word in text] == [], person
            assert ("acme" in text) is bool(person.tenants)
            assert foreign == [404, 404]


def test_each_role_may_write_what_it_may_on_the_pages(program: MakeProgram, world: World):
    for number, person in enumerate(PEOPLE):
        asked = program(person.name)
        may = person.name in OPERATORS_OF_ACME
        is_operator = may or person.name == "nora"
        added = asked.put(f"/users/named/Acme/user{number}@acme.example", {}).status_code
        device = asked.patch(f"/devices/{ACME_MAC}", {"display_name": person.name}).status_code
        foreign = asked.patch(f"/devices/{GLOBEX_MAC}", {"display_name": person.name}).status_code
        gone = asked.delete(f"/users/{world.acme_user}?told=x").status_code
        assert added == (201 if may else 422 if is_operator else 403), person
        assert device == (200 if may else 404 if is_operator else 403), person
        assert foreign == (200 if person.name in {"alice", "oscar"} else 404 if is_operator else 403), person
        assert gone == (409 if may else 404 if is_operator else 403), person


def test_a_user_is_added_found_replaced_and_deleted(app: Flask, program: MakeProgram, world: World):
    olga = program("olga")
    path = "/users/named/acme/Ben@Acme.Example"
    first = olga.put(path, {"display_name": "Ben", "password": "open-sesame"})
    assert first.status_code == 201
    assert "open-sesame" not in first.text
    again = olga.put(path, {"display_name": "Ben", "password": "open-sesame"})
    assert (again.status_code, again.json) == (200, first.json)
    assert names_in(olga.get("/users?q=ben")) == ["Ben@Acme.Example"]
    assert names_in(olga.get("/users?name=BEN@acme.example&tenant=ACME")) == ["Ben@Acme.Example"]
    by_id = f"/users/{first.json['id']}"
    changed = olga.patch(by_id, {"nickname": "B"}).json
    assert (changed["nickname"], changed["display_name"]) == ("B", "Ben")
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.get_one(PhoneUser, first.json["id"]).password == "open-sesame"
    assert olga.patch(by_id, {"password": ""}).status_code == 200
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.get_one(PhoneUser, first.json["id"]).password is None
    assert field_of(olga.post("/users", {"tenant": "Acme", "name": "ben@acme.example"})) == "name"
    assert field_of(olga.post("/users", {"tenant": "Globex", "name": "x"})) == "tenant"
    assert olga.delete(by_id).status_code == 204
    assert olga.get(path).status_code == 404


def test_phones_move_with_their_user_once_that_is_known(program: MakeProgram, world: World):
    alice = program("alice")
    told = alice.patch(f"/users/{world.acme_user}", {"tenant": "Globex"})
    assert told.status_code == 409
    assert alice.get(ANNA).status_code == 200
    moved = alice.patch(f"/users/{world.acme_user}?told={told.json['told']}", {"tenant": "Globex"})
    assert moved.status_code == 200, moved.text
    assert moved.json["tenant"] == "Globex"
    assert alice.get(f"/devices/{ACME_MAC}").json["tenant"] == "Globex"


def test_a_phone_is_given_to_a_user_with_its_file_and_twice_is_once(
    app: Flask, program: MakeProgram, world: World
):
    olga = program("olga")
    said = {"tenant": "Acme", "user": "anna@acme.example", "template": "acme desk", "site": "valley"}
    added = olga.put("/devices/00-90-8F-C0-FF-EE", said)
    assert added.status_code == 201, added.text
    assert added.json["mac"] == NEW_MAC
    assert (added.json["site"], added.json["template"]) == ("Valley", "Acme desk")
    again = olga.put(f"/devices/{NEW_MAC}", said)
    assert (again.status_code, again.json) == (200, added.json)
    with reading(database_of(app), ALL_TENANTS) as session:
        device = session.scalars(select(Device).where(Device.mac == NEW_MAC)).one()
        assert session.scalars(select(ConfigFile).where(ConfigFile.device_id == device.id)).all()
    cleared = olga.put(f"/devices/{NEW_MAC}", {"tenant": "Acme", "template": "Acme desk"}).json
    assert (cleared["user"], cleared["site"]) == ("", "AutoDetection")
    goes = olga.delete(f"/devices/{NEW_MAC}")
    assert {one["kind"] for one in goes.json["goes"]} == {"configuration-files"}
    assert olga.delete(f"/devices/{NEW_MAC}?told={goes.json['told']}").status_code == 204


def test_a_phone_that_waits_is_approved_by_giving_it_to_a_user(
    app: Flask, program: MakeProgram, world: World
):
    olga = program("olga")
    assert olga.get(f"/phones/{ACME_WAITING_MAC}").json["is_device"] is False
    said = {"tenant": "Acme", "user": "anna@acme.example", "template": "Acme desk"}
    assert olga.put(f"/devices/{ACME_WAITING_MAC}", said).status_code == 201
    assert olga.get(f"/phones/{ACME_WAITING_MAC}").json["is_device"] is True
    foreign = olga.put(f"/devices/{GLOBEX_WAITING_MAC}", said)
    assert foreign.status_code == 409
    assert field_of(foreign) == "mac"
    taken = olga.put(f"/devices/{GLOBEX_MAC}", said)
    assert taken.status_code == 409
    assert "globex" not in taken.text.casefold()


def test_what_will_not_do_for_a_device_is_said_by_its_field(program: MakeProgram, world: World):
    olga = program("olga")
    good = {"tenant": "Acme", "user": "anna@acme.example", "template": "Acme desk"}
    for change, field in (
        ({"tenant": "Globex"}, "tenant"),
        ({"user": "gina@globex.example"}, "user"),
        ({"user": ""}, "user"),
        ({"template": "Globex desk"}, "template"),
        ({"template": ""}, "template"),
        ({"site": "Harbour"}, "site"),
        ({"firmware": "nothing.img"}, "firmware"),
        ({"language": "Klingon"}, "language"),
        ({"vlan_id": 5000}, "vlan_id"),
        ({"vlan_mode": "Sometimes"}, "vlan_mode"),
    ):
        refused = olga.put(f"/devices/{NEW_MAC}", {**good, **change})
        assert refused.status_code == 422, (change, refused.text)
        assert field_of(refused) == field, change
    assert olga.get(f"/devices/{NEW_MAC}").status_code == 404
    assert olga.put("/devices/nothing-at-all", good).status_code == 404
    assert field_of(olga.patch(f"/devices/{ACME_MAC}", {"user": "nobody"})) == "user"


def test_phones_are_found_by_what_they_said(app: Flask, program: MakeProgram, world: World):
    alice = program("alice")
    everything = names_in(alice.get("/phones"), "mac")
    assert everything == sorted(everything)
    assert NOBODYS_MAC in everything
    waiting = names_in(alice.get("/phones?is_device=false"), "mac")
    assert waiting == sorted([ACME_WAITING_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC])
    assert names_in(alice.get("/phones?tenant=acme&status=unregistered"), "mac") == [ACME_WAITING_MAC]
    with reading(database_of(app), ALL_TENANTS) as session:
        row = session.get_one(DeviceStatus, ACME_MAC)
    shown = alice.get(f"/phones/{ACME_MAC}").json
    assert (shown["ip"], shown["tenant"], shown["site"]) == (row.ip, "Acme", "Valley")
    assert shown["last_seen_at"].endswith("Z")
