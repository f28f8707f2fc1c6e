"""Replacing a phone over the REST API: told what goes, then done, by who may, with phones that he sees."""

import pytest
from flask import Flask

from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests import factories
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC

NEW = "00908f000077"
PATH = f"/devices/{ACME_MAC}/replacement"


def test_a_phone_is_replaced_once_it_is_known_what_goes(program: MakeProgram):
    olga = program("olga")
    before = olga.get(f"/devices/{ACME_MAC}")
    refused = olga.post(PATH, {"new_mac": "00:90:8F:00:00:77"})
    assert refused.status_code == 409
    shown = olga.get(f"{PATH}?new_mac={NEW}").json
    assert refused.json["told"] == shown["told"]
    assert (shown["mac"], shown["new_mac"], shown["user"]) == (ACME_MAC, NEW, "anna@acme.example")
    assert (shown["alarms"], shown["was_heard"], shown["frees_device"]) == (1, False, False)
    told = f"{PATH}?told={shown['told']}"
    assert olga.post(told, {"new_mac": ACME_WAITING_MAC}).status_code == 409
    assert olga.post(told, {"new_mac": NEW}, headers={"If-Match": '"other"'}).status_code == 412
    done = olga.post(
        told, {"new_mac": NEW}, headers={"If-Match": before.headers["ETag"], "X-Reason": "Ticket 4711"}
    )
    assert (done.status_code, done.headers["Location"]) == (200, f"/api/v1/devices/{NEW}")
    assert done.json == {**before.json, "mac": NEW, "serial_number": ""}
    assert olga.get(f"/devices/{ACME_MAC}").status_code == 404
    assert olga.get(f"/devices/{NEW}").json == done.json
    entries = program("alice").get(f"/journal?q={NEW}&action=device+replaced").json["items"]
    assert [(entry["subject"], entry["reason"]) for entry in entries] == [
        (mac, "Ticket 4711") for mac in (NEW, ACME_MAC)
    ]


def test_a_phone_of_another_model_gets_a_template_of_that_model_or_the_one_that_is_named(
    app: Flask, program: MakeProgram
):
    with writing(database_of(app), ALL_TENANTS) as session:
        factories.make_status(session, mac=NEW, model="450HD")
    alice = program("alice")
    assert alice.patch(f"/devices/{ACME_MAC}", {"template": "Audiocodes_430HD"}).status_code == 200
    shown = alice.get(f"{PATH}?new_mac={NEW}").json
    assert (shown["model"], shown["other_model"], shown["was_heard"]) == ("450HD", "450HD", True)
    told = f"{PATH}?told={shown['told']}"
    assert field_of(alice.post(told, {"new_mac": NEW, "template": "None such"})) == "template"
    assert (
        alice.post(told, {"new_mac": NEW, "template": "audiocodes_450hd"}).json["template"]
        == "Audiocodes_450HD"
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_may_change_devices_replaces_and_only_phones_that_he_sees(program: MakeProgram):
    olga = program("olga")
    for name in ("hal", "victor"):
        assert program(name).get(f"{PATH}?new_mac={NEW}").status_code == 403
        assert program(name).post(PATH, {"new_mac": NEW}).status_code == 403
    assert olga.post(f"/devices/{GLOBEX_MAC}/replacement", {"new_mac": NEW}).status_code == 404
    for foreign in (GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC):
        refused = olga.get(f"{PATH}?new_mac={foreign}")
        assert (refused.status_code, field_of(refused)) == (409, "new_mac"), foreign
        assert "gina" not in refused.text
    for wrong in ("", "00908f", ACME_MAC):
        assert field_of(olga.post(PATH, {"new_mac": wrong})) == "new_mac"
    assert field_of(olga.get(PATH)) == "new_mac"
