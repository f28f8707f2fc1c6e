"""What-if over the REST API: a draft asked about the fleet in the background, and what it would change in pages."""

import typing

import pytest
from flask import Flask

from app.rest_api.resources.simulation_findings import PhoneChange, WhatOfAlarm
from app.rules.zero_touch.changes import Change
from app.scheduler.simulation_worker import SimulationWorker
from app.services.what_if.alarms.changes import Change as AlarmChange
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, PEOPLE, World

WAIT = {"rules": [{"name": "Nothing for anybody", "outcome": {"give": ["wait"]}}]}
OF_TEMPLATES = {"drafts": [{"kind": "template"}]}
TELL = {
    "name": "Tell the NOC",
    "outcome": {"does": ["forward"], "at_least": ["info"], "destinations": ["NOC"]},
}


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    """Who administers, with a draft by which every phone waits for a template."""
    alice = program("alice")
    assert alice.put("/rules/template/draft", WAIT).status_code == 200
    return alice


def work(app: Flask) -> None:
    SimulationWorker(database_of(app)).work_off()


def test_a_draft_is_asked_watched_and_read_phone_by_phone(app: Flask, program: MakeProgram, alice: Program):
    oscar = program("oscar")
    begun = oscar.post("/simulations", OF_TEMPLATES)
    assert begun.status_code == 201, begun.text
    path = f"/simulations/{begun.json['id']}"
    assert begun.headers["Location"] == f"/api/v1{path}"
    said = {name: begun.json[name] for name in ("state", "is_busy", "done", "total", "changed", "by")}
    assert said == {"state": "waiting", "is_busy": True, "done": 0, "total": 2, "changed": 0, "by": "oscar"}
    assert oscar.get(f"{path}/phones").json == {"items": [], "next_cursor": None}
    work(app)
    done = oscar.get(path).json
    assert (done["state"], done["is_busy"], done["done"], done["changed"]) == ("done", False, 2, 2)
    assert done["outdated"] == ""
    assert done["changes"]["held"] == 2
    assert done["alarms"] is None
    (gains,) = [rule for rule in done["phones"]["rules"] if rule["gained"]]
    assert (gains["stage"], gains["gained"], gains["lost"]) == ("template", 2, 0)
    assert "Nothing for anybody" in gains["title"]
    assert done["phones"]["waits"] == [
        {"wait": "approval", "before": 2, "after": 2},
        {"wait": "template", "before": 0, "after": 2},
    ]

    first = oscar.get(f"{path}/phones?limit=1").json
    (phone,) = first["items"]
    assert (phone["mac"], "held" in phone["changes"]) == (ACME_MAC, True)
    assert (phone["before"]["tenant"], phone["before"]["site"]) == ("Acme", "Valley")
    assert (phone["before"]["waits"], phone["after"]["waits"]) == (
        ["approval"],
        ["approval", "template"],
    )
    assert (phone["before"]["template"] is None, phone["after"]["template"]) == (False, None)
    assert phone["after"]["rules"]["template"] == gains["title"]
    rest = f"{path}/phones?limit=1&cursor={first['next_cursor']}"
    assert names_in(oscar.get(rest), "mac") == [GLOBEX_MAC]
    assert names_in(oscar.get(f"{path}/phones?change=held&mac=61:bb"), "mac") == [GLOBEX_MAC]
    assert names_in(oscar.get(f"{path}/phones?rule={gains['key']}"), "mac") == [ACME_MAC, GLOBEX_MAC]
    assert names_in(oscar.get(f"{path}/phones?change=firmware"), "mac") == []
    assert oscar.get(f"{path}/alarms").status_code == 404

    assert alice.put("/rules/template/draft", {"rules": []}).status_code == 200
    assert oscar.get(path).json["outdated"] == "The draft has changed since, or is no draft any more."


def test_it_is_limited_to_a_tenant_and_cancelled_once(app: Flask, program: MakeProgram, alice: Program):
    begun = alice.post("/simulations", {**OF_TEMPLATES, "tenant": "globex", "as_of": "2027-01-01T00:00:00Z"})
    assert (begun.json["tenant"], begun.json["total"], begun.json["as_of"]) == (
        "Globex",
        1,
        "2027-01-01T00:00:00Z",
    )
    path = f"/simulations/{begun.json['id']}"
    assert alice.ask("POST", f"{path}/cancel", headers={"If-Match": '"other"'}).status_code == 412
    seen = {"If-Match": begun.headers["ETag"]}
    assert alice.ask("POST", f"{path}/cancel", headers=seen).json["state"] == "cancelled"
    assert alice.post(f"{path}/cancel", {}).status_code == 409
    work(app)
    assert alice.get(path).json["state"] == "cancelled"
    assert names_in(alice.get("/simulations?state=cancelled&kind=template"), "id") == [begun.json["id"]]
    assert names_in(alice.get("/simulations?kind=route"), "id") == []


def test_rules_for_alarms_are_played(app: Flask, alice: Program):
    mail = {
        "kind": "mail",
        "settings": {"recipients": "noc@example.com", "sender": "us@example.com", "host": "mail"},
    }
    assert alice.put("/alarm-destinations/named/NOC", mail).status_code == 201
    assert alice.put("/rules/route/draft", {"rules": [TELL]}).status_code == 200
    begun = alice.post("/simulations", {"drafts": [{"kind": "route"}], "days": 365})
    assert begun.status_code == 201, begun.text
    path = f"/simulations/{begun.json['id']}"
    work(app)
    done = alice.get(path).json
    assert (done["state"], done["phones"]) == ("done", None)
    (told,) = [each for each in done["alarms"]["messages"] if each["destination"] == "NOC"]
    assert (told["before"], told["after"] > 0) == (0, True)
    assert done["alarms"]["after"]["told"] == done["changed"] > 0
    (rule,) = done["alarms"]["rules"]
    assert (rule["kind"], "Tell the NOC" in rule["title"], rule["before"]) == ("route", True, 0)
    alarms = alice.get(f"{path}/alarms?change=more&rule={rule['key']}").json["items"]
    assert len(alarms) == done["changed"]
    assert (alarms[0]["before"]["messages"], alarms[0]["after"]["messages"]) == (0, 1)
    assert alice.get(f"{path}/phones").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_each_role_asks_what_its_page_lets_it(program: MakeProgram, alice: Program):
    for person in PEOPLE:
        asked = program(person.name)
        may = person.name in {"alice", "oscar", "olga", "nora"}
        assert asked.get("/simulations").status_code == 200, person
        assert asked.post("/simulations", OF_TEMPLATES).status_code == (201 if may else 403), person
    assert program("alice", reads_only=True).post("/simulations", OF_TEMPLATES).status_code == 403
    assert program("alice", kinds=["phones"]).get("/simulations").status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_is_seen_by_who_asked_within_the_tenants_of_the_token(
    app: Flask, program: MakeProgram, alice: Program, world: World
):
    olga, of_acme = program("olga"), program("oscar", tenant_ids=[world.acme])
    whole, own = (one.post("/simulations", OF_TEMPLATES).json["id"] for one in (program("oscar"), olga))
    narrow = of_acme.post("/simulations", OF_TEMPLATES).json
    assert narrow["total"] == 1
    work(app)
    assert names_in(alice.get("/simulations?limit=3"), "id") == [narrow["id"], own, whole]
    assert names_in(olga.get("/simulations"), "id") == [own]
    assert names_in(of_acme.get("/simulations"), "id") == [narrow["id"]]
    assert names_in(program("oscar", tenant_ids=[world.globex]).get("/simulations"), "id") == []
    assert names_in(olga.get(f"/simulations/{own}/phones"), "mac") == [ACME_MAC]
    for tail in ("", "/phones", "/alarms"):
        assert olga.get(f"/simulations/{whole}{tail}").status_code == 404
    assert olga.post(f"/simulations/{narrow['id']}/cancel", {}).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"drafts": []}, "drafts"),
        ({"drafts": [{"kind": "template"}, {"kind": "route"}]}, "drafts[1]"),
        ({"drafts": [{"kind": "placement"}]}, "drafts[0]"),
        ({"drafts": [{"kind": "template", "tenant": "Initech"}]}, "drafts[0].tenant"),
        ({"drafts": [{"kind": "template", "tenant": "Acme"}]}, "drafts[0]"),
        ({**OF_TEMPLATES, "tenant": "Initech"}, "tenant"),
        ({**OF_TEMPLATES, "model": "none"}, "model"),
        ({**OF_TEMPLATES, "days": 0}, "days"),
        ({**OF_TEMPLATES, "as_of": "2027-01-01T00:00:00"}, "as_of"),
        ({"drafts": [{"kind": "route"}], "as_of": "0001-01-02T00:00:00Z"}, "as_of"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(alice: Program, said: dict, field: str):
    alice.put("/rules/route/draft", {"rules": []})
    answer = alice.post("/simulations", said)
    assert (answer.status_code, field_of(answer)) == (422, field)


def test_what_changes_is_called_as_the_rules_call_it():
    assert typing.get_args(PhoneChange) == tuple(str(each.name).lower() for each in Change)
    assert typing.get_args(WhatOfAlarm) == tuple(str(each.name).lower() for each in AlarmChange)
