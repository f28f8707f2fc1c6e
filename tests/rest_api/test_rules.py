"""Rules over the REST API: a draft written as a text, checked and activated, by who may."""

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.world import PEOPLE, World

ACME = "?tenant=Acme"
GIVES = {"give": ["template"], "template": ["Acme desk"]}
LOBBY = {"name": "Lobby", "when": 'model = "450HD"', "outcome": GIVES}


def test_each_role_reads_and_writes_what_it_may(program: MakeProgram):
    for person in PEOPLE:
        asked = program(person.name)
        sees = person.tenants != ()
        assert asked.get("/rules/template/versions").status_code == 200
        system = asked.put("/rules/route/draft", {"rules": []}).status_code
        own = asked.put(f"/rules/template/draft{ACME}", {"rules": []}).status_code
        foreign = asked.get("/rules/template/versions?tenant=Globex").status_code
        may = person.name in {"alice", "oscar", "olga", "nora"}
        assert system == (200 if person.name == "alice" else 403), person
        assert own == (403 if not may else 200 if sees else 404), person
        assert foreign == (200 if person.tenants is None else 404), person


def test_a_draft_is_written_checked_activated_and_begun_again(program: MakeProgram, world: World):
    olga = program("olga")
    path = f"/rules/template/draft{ACME}"
    assert olga.get(path).status_code == 404
    drafted = olga.put(path, {"rules": [LOBBY, {**LOBBY, "name": "Rest", "when": ""}]})
    assert drafted.status_code == 200
    assert [(rule["name"], rule["outcome"]) for rule in drafted.json["rules"]] == [
        ("Lobby", GIVES),
        ("Rest", GIVES),
    ]
    assert "Acme desk" in drafted.json["rules"][0]["does"]
    kept = [{**LOBBY, "key": drafted.json["rules"][0]["key"]}]
    other = {"rules": kept}
    changed = olga.put(path, other, headers={"If-Match": drafted.headers["ETag"]})
    assert (changed.json["revision"], len(changed.json["rules"])) == (drafted.json["revision"] + 1, 1)
    assert olga.put(path, other).json == changed.json
    assert olga.put(path, other, headers={"If-Match": drafted.headers["ETag"]}).status_code == 412
    active = olga.post(f"/rules/template/draft/activate{ACME}", {"note": "first"})
    assert (active.json["state"], active.json["note"]) == ("active", "first")
    assert olga.get(path).status_code == 404
    assert olga.get(f"/rules/template/active{ACME}").json == active.json
    again = olga.put(path, {"rules": [*kept, {**LOBBY, "name": "Rest"}]})
    assert again.json["rules"][0]["key"] == kept[0]["key"]
    assert names_in(olga.get(f"/rules/template/versions{ACME}"), "state") == ["draft", "active"]
    assert olga.get(f"/rules/template/versions/{active.json['id']}").json == active.json
    assert olga.delete(path).status_code == 204
    assert olga.delete(path).status_code == 404


def test_rules_with_errors_do_not_become_active(program: MakeProgram, world: World):
    olga = program("olga")
    source = olga.get(f"/templates/{world.acme_template}").json
    body = {"tenant": "Acme", "model": source["model"], "clone_from": source["name"]}
    template = olga.put("/templates/named/Short-lived", body).json["id"]
    rule = {"name": "Lobby", "outcome": {**GIVES, "template": ["Short-lived"]}}
    assert olga.put(f"/rules/template/draft{ACME}", {"rules": [rule]}).json["errors"] == 0
    assert olga.delete(f"/templates/{template}").status_code == 204
    draft = olga.get(f"/rules/template/draft{ACME}").json
    assert (draft["errors"], draft["rules"][0]["remarks"][0]["weight"]) == (1, "error")
    assert olga.post(f"/rules/template/draft/activate{ACME}", {}).status_code == 409


def test_what_is_wrong_is_said_at_its_rule(program: MakeProgram):
    olga = program("olga")
    path = f"/rules/template/draft{ACME}"
    for wrong, field in (
        ({"when": "model ="}, "rules[1].when"),
        ({"outcome": {"give": ["template"], "template": ["Globex desk"]}}, "rules[1].outcome.template"),
        ({"name": " "}, "rules[1].name"),
        (
            {"valid_from": "2026-05-01T00:00:00Z", "valid_until": "2026-04-01T00:00:00Z"},
            "rules[1].valid_until",
        ),
        ({"key": "none"}, "rules"),
    ):
        assert field_of(olga.put(path, {"rules": [LOBBY, {**LOBBY, **wrong}]})) == field, wrong
    assert olga.get(path).status_code == 404
    late = {**LOBBY, "valid_until": "9999-12-31T23:59:59-14:00"}
    assert olga.put(path, {"rules": [late]}).status_code == 422
    assert field_of(olga.put(f"/rules/placement/draft{ACME}", {"rules": []})) == "tenant"
    assert olga.get("/rules/nothing/draft").status_code == 404
