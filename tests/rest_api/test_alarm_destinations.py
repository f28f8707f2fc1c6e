"""Destinations of alarms over the REST API: whose they are, what is secret, and that sending twice changes nothing."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
from tests.views.world import World

MAIL = {
    "kind": "mail",
    "settings": {
        "recipients": "noc@example.com, boss@example.com",
        "sender": "ringmaster@example.com",
        "host": "mail.example.com",
        "user": "ringmaster",
        "password": "rosebud",
    },
}
SNMP = {"kind": "snmp", "settings": {"host": "nms.example.com", "community": "xanadu"}}
SYSLOG = {"kind": "syslog", "settings": {"host": "log.example.com"}}
HOOK = {
    "kind": "webhook",
    "settings": {"url": "https://hooks.example.com/4711", "authorization": "Bearer 4712", "secret": "sled"},
}
PATH = "/alarm-destinations/named/Lookout"


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    return program("alice")


@pytest.mark.parametrize("said", [MAIL, SNMP, SYSLOG, HOOK])
def test_each_kind_is_added_once_and_what_is_read_can_be_sent_back(alice: Program, said: dict):
    added, again = (alice.put(PATH, said) for _ in "ab")
    assert (added.status_code, again.status_code) == (201, 200), added.text
    sent_back = {name: added.json[name] for name in ("kind", "settings", "rate_per_minute", "is_enabled")}
    assert alice.put(PATH, sent_back, headers={"If-Match": added.headers["ETag"]}).json == added.json
    assert [entry["action"] for entry in alice.get("/journal?q=Lookout").json["items"]] == [
        "destination added"
    ]


def test_one_is_changed_tried_and_deleted(alice: Program):
    added = alice.post("/alarm-destinations", {**MAIL, "name": "Lookout"})
    path = f"/alarm-destinations/{added.json['id']}"
    assert added.headers["Location"] == f"/api/v1{path}"
    assert added.json["settings"]["recipients"] == "noc@example.com\nboss@example.com"
    assert added.json["where"] == "noc@example.com and 1 more"
    seen = {"If-Match": added.headers["ETag"]}
    changed = alice.patch(
        path, {"is_enabled": False, "settings": {"sender": "alarms@example.com"}}, headers=seen
    )
    assert (changed.json["is_enabled"], changed.json["settings"]["sender"], changed.json["is_set"]) == (
        False,
        "alarms@example.com",
        {"password": True},
    )
    assert alice.patch(path, {"is_enabled": True}, headers=seen).status_code == 412
    assert alice.delete(path, headers=seen).status_code == 412
    without = alice.patch(path, {"settings": {"user": "", "password": ""}})
    assert (without.json["is_set"], without.json["settings"]["user"]) == ({"password": False}, "")
    assert alice.post(f"{path}/test", {}, headers={"If-Match": added.headers["ETag"]}).status_code == 412
    assert alice.get(f"{path}/deliveries").json["items"] == []
    seen_now = {"If-Match": alice.get(path).headers["ETag"]}
    sent = alice.post(f"{path}/test", {}, headers=seen_now)
    assert (sent.status_code, sent.json["is_test"], sent.json["state"]) == (202, True, "waiting")
    assert names_in(alice.get(f"{path}/deliveries?state=waiting"), "id") == [sent.json["id"]]
    assert alice.get(f"{path}/state").json["waiting"] == 0
    assert names_in(alice.get("/alarm-destinations?q=look&kind=mail")) == ["Lookout"]
    assert names_in(alice.get("/alarm-destinations?q=look&kind=snmp")) == []
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_secrets_are_never_shown_and_typed_again_for_another_receiver(program: MakeProgram, alice: Program):
    added = alice.put(PATH, HOOK)
    assert added.json["settings"]["authorization"] is None
    assert added.json["is_set"] == {"secret": True, "authorization": True}
    said = added.text + alice.get("/alarm-destinations").text + alice.get("/journal").text
    assert not [secret for secret in ("4712", "sled") if secret in said]
    path = f"/alarm-destinations/{added.json['id']}"
    elsewhere = {"settings": {"url": "https://evil.example.com/4711"}}
    assert field_of(alice.patch(path, elsewhere)) == "settings.authorization"
    elsewhere["settings"]["authorization"] = "Bearer 4713"
    assert alice.patch(path, elsewhere).status_code == 200
    seen = program("victor").get(PATH).json
    assert (seen["where"], seen["settings"]) == ("evil.example.com", None)
    assert program("victor").put(PATH, HOOK).status_code == 403
    assert program("hal").get(PATH).status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_account_of_a_tenant_has_destinations_of_that_tenant_alone(
    program: MakeProgram, alice: Program, world: World
):
    alice.put(PATH, SYSLOG)
    olga = program("olga")
    assert olga.get(PATH).status_code == 404
    assert field_of(olga.put("/alarm-destinations/named/Ours", SYSLOG)) == "tenant"
    assert field_of(olga.put("/alarm-destinations/named/Ours", {**SYSLOG, "tenant": "Globex"})) == "tenant"
    assert olga.put("/alarm-destinations/named/Ours", {**SYSLOG, "tenant": "acme"}).json["tenant"] == "Acme"
    assert names_in(olga.get("/alarm-destinations"), "tenant_id") == [world.acme] * 2
    for deed in ("test", "state", "deliveries"):
        path = f"/alarm-destinations/{world.globex_destination}/{deed}"
        assert olga.ask("POST" if deed == "test" else "GET", path).status_code == 404, deed


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_web_hooks_for_events_are_elsewhere_and_share_the_names(program: MakeProgram, alice: Program):
    alice.put("/event-hooks/named/Lookout", {"url": "https://cmdb.example.com", "topics": ["users"]})
    assert alice.get(PATH).status_code == 404
    assert "Lookout" not in names_in(alice.get("/alarm-destinations"))
    assert alice.put(PATH, SYSLOG).status_code == 409
    assert program("alice", kinds=["event-hooks"]).get("/alarm-destinations").status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "events", "settings": {}}, "kind"),
        ({**SYSLOG, "tenant": "Initech"}, "tenant"),
        ({**SYSLOG, "rate_per_minute": 0}, "rate_per_minute"),
        ({"kind": "syslog", "settings": {}}, "settings.host"),
        ({"kind": "syslog", "settings": {"host": "log.example.com", "port": "no"}}, "settings.port"),
        ({"kind": "syslog", "settings": {"host": "log.example.com", "url": ""}}, "settings"),
        ({"kind": "webhook", "settings": {"url": "ftp://hooks.example.com"}}, "settings.url"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(alice: Program, said: dict, field: str):
    answer = alice.put(PATH, said)
    assert (answer.status_code, field_of(answer)) == (422, field)
    assert alice.get(PATH).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_kind_of_a_destination_stays(alice: Program):
    alice.put(PATH, SYSLOG)
    refused = alice.put(PATH, SNMP)
    assert (refused.status_code, field_of(refused)) == (409, "kind")
