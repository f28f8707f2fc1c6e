"""Web hooks for events over the REST API: whose they are, what is secret, and that sending twice changes nothing."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in

HOOK = {
    "url": "https://cmdb.example.com/hooks/4711",
    "topics": ["users", "phone_status"],
    "secret": "rosebud",
}
PATH = "/event-hooks/named/CMDB"


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    return program("alice")


def test_a_hook_is_added_changed_tried_and_deleted(alice: Program):
    added, again = (alice.put(PATH, HOOK) for _ in "ab")
    assert (added.status_code, again.status_code) == (201, 200), added.text
    assert (added.json["has_secret"], added.json["has_authorization"], added.json["tenant"]) == (
        True,
        False,
        "",
    )
    assert [entry["text"] for entry in alice.get("/journal?q=CMDB").json["items"]] == [
        "alice added the destination CMDB (Web hook for events)."
    ]
    path = f"/event-hooks/{added.json['id']}"
    changed = alice.patch(
        path, {"topics": ["devices"], "is_enabled": False}, headers={"If-Match": added.headers["ETag"]}
    )
    assert (changed.json["topics"], changed.json["is_enabled"], changed.json["has_secret"]) == (
        ["devices"],
        False,
        True,
    )
    assert alice.patch(path, {"secret": ""}).json["has_secret"] is False
    assert alice.put(PATH, HOOK, headers={"If-Match": added.headers["ETag"]}).status_code == 412
    assert alice.post(f"{path}/test", {}, headers={"If-Match": added.headers["ETag"]}).status_code == 412
    assert alice.get(f"{path}/deliveries").json["items"] == []
    seen_now = {"If-Match": alice.get(path).headers["ETag"]}
    sent = alice.post(f"{path}/test", {}, headers=seen_now)
    assert (sent.status_code, sent.json["is_test"], sent.json["state"]) == (202, True, "waiting")
    assert names_in(alice.get(f"{path}/deliveries?state=waiting"), "id") == [sent.json["id"]]
    assert alice.get(f"{path}/state").json["number"] == 0
    assert names_in(alice.get("/event-hooks?q=cmd")) == ["CMDB"]
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_secrets_are_written_and_never_shown_and_the_address_only_to_who_may_change_it(
    program: MakeProgram, alice: Program
):
    put = alice.put(PATH, {**HOOK, "authorization": "Bearer 4712"})
    said = put.text + alice.get("/event-hooks").text + alice.get("/journal").text
    assert "rosebud" not in said
    assert "4712" not in said
    seen = program("victor").get(PATH)
    assert (seen.status_code, seen.json["url"]) == (200, "https://cmdb.example.com/…")
    assert program("victor").put(PATH, HOOK).status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_account_of_a_tenant_has_hooks_of_that_tenant_alone(program: MakeProgram, alice: Program):
    alice.put(PATH, HOOK)
    olga = program("olga")
    assert olga.get(PATH).status_code == 404
    assert field_of(olga.put("/event-hooks/named/Ours", HOOK)) == "tenant"
    assert field_of(olga.put("/event-hooks/named/Ours", {**HOOK, "tenant": "Globex"})) == "tenant"
    assert olga.put("/event-hooks/named/Ours", {**HOOK, "tenant": "acme"}).json["tenant"] == "Acme"
    assert names_in(olga.get("/event-hooks")) == ["Ours"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"topics": []}, "topics"),
        ({"topics": ["weather"]}, "topics[0]"),
        ({"url": "ftp://cmdb.example.com"}, "url"),
        ({"url": "http://cmdb.example.com", "authorization": "Bearer 1"}, "url"),
        ({"certificates": "none"}, "certificates"),
        ({"rate_per_minute": 0}, "rate_per_minute"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(alice: Program, said: dict, field: str):
    answer = alice.put(PATH, {**HOOK, **said})
    assert (answer.status_code, field_of(answer)) == (422, field)
    assert alice.get(PATH).status_code == 404
