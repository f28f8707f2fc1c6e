"""Templates, phone models and placeholders over the REST API: by name, with texts, versions and values."""

from flask import Flask
from sqlalchemy import func, select

from app.models import JournalEntry
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, HIDDEN_FROM_ACME, PEOPLE, World

OPERATORS = {"alice", "oscar", "olga", "nora"}


def number_of_entries(app: Flask) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(JournalEntry))


def test_each_role_sees_and_writes_what_it_may(program: MakeProgram, world: World):
    model = program("alice").get(f"/templates/{world.acme_template}").json["model"]
    for number, person in enumerate(PEOPLE):
        asked = program(person.name)
        sees_all = person.tenants is None
        text = " ".join(asked.get(path).text for path in ("/templates", "/phone-models")).casefold()
        assert sees_all or [word for word in HIDDEN_FROM_ACME if word in text] == [], person
        foreign = asked.get(f"/templates/{world.globex_template}/text").status_code
        assert foreign == (200 if sees_all else 404), person
        value = asked.put("/placeholders/tenants/Acme/Mine", {"value": "1"}).status_code
        added = asked.put(
            f"/templates/named/mine{number}", {"tenant": "Acme", "model": model, "clone_from": "x"}
        )
        shared = asked.put("/placeholders/defaults/Mine", {"value": "1"}).status_code
        may = person.name in OPERATORS and person.tenants != ()
        hidden = 404 if person.name in OPERATORS else 403
        assert value in ((200, 201) if may else (hidden,)), person
        assert added.status_code == (422 if person.name in OPERATORS else 403), person
        assert (shared < 300) is (person.name in {"alice", "oscar"}), person


def test_a_template_is_added_replaced_and_deleted_by_its_name(app: Flask, program: MakeProgram, world: World):
    olga = program("olga")
    source = olga.get(f"/templates/{world.acme_template}").json
    path, body = (
        "/templates/named/Lobby",
        {"tenant": "acme", "model": source["model"], "train": source["train"]},
    )
    assert field_of(olga.put(path, body)) == "clone_from"
    added = olga.put(path, {**body, "clone_from": source["name"]})
    assert (added.status_code, added.json["tenant"], added.json["version"]) == (201, "Acme", 1)
    by_id = f"/templates/{added.json['id']}"
    text = olga.get(f"{by_id}/text").json["text"]
    entries = number_of_entries(app)
    again = olga.put(path, {**body, "text": text})
    assert (again.status_code, again.json) == (200, added.json)
    assert number_of_entries(app) == entries
    assert field_of(olga.put(path, {**body, "text": "<no template"})) == "text"
    other = text.replace("</data>", "\nvoip/line/0/id=1\n</data>", 1)
    changed = olga.put(path, {**body, "description": "Lobby", "text": other, "accepts_doubts": True})
    assert (changed.json["version"], changed.json["description"]) == (2, "Lobby")
    assert names_in(olga.get(f"{by_id}/versions"), "number") == [2, 1]
    assert olga.get(f"{by_id}/versions/1").json["text"] == text
    assert olga.get(f"{by_id}/versions/9").status_code == 404
    assert olga.put(path, body, headers={"If-Match": added.headers["ETag"]}).status_code == 412
    assert names_in(olga.get("/templates?q=lobby&tenant=Acme")) == ["Lobby"]
    assert field_of(olga.put(path, {**body, "model": "None"})) == "model"
    assert olga.delete(by_id).status_code == 204
    assert olga.get(path).status_code == 404
    whole = olga.put(path, {**body, "text": text, "accepts_doubts": True})
    assert whole.status_code == 201
    assert olga.patch(f"/devices/{ACME_MAC}", {"template": "Lobby"}).status_code == 200
    assert olga.delete(f"/templates/{whole.json['id']}").status_code == 409


def test_texts_are_masked_for_who_may_not_see_secrets(program: MakeProgram, world: World):
    olga, victor = program("olga"), program("victor")
    source = olga.get(f"/templates/{world.acme_template}").json
    text = olga.get(f"/templates/{world.acme_template}/text").json["text"]
    secret = text.replace("</data>", "\nsystem/password=open-sesame\n</data>", 1)
    body = {"tenant": "Acme", "model": source["model"], "text": secret, "accepts_doubts": True}
    by_id = f"/templates/{olga.put('/templates/named/Lobby', body).json['id']}"
    for path in (f"{by_id}/text", f"{by_id}/versions/1"):
        assert "open-sesame" in olga.get(path).json["text"]
        masked = victor.get(path).json
        assert masked["is_masked"]
        assert "open-sesame" not in masked["text"]


def test_values_of_each_layer_are_added_replaced_and_deleted(app: Flask, program: MakeProgram, world: World):
    olga = program("olga")
    template = olga.get(f"/templates/{world.acme_template}").json["name"]
    site = olga.get(f"/sites/{world.acme_site}").json["name"]
    for owner in (f"templates/{template}", "tenants/Acme", f"sites/Acme/{site}", f"devices/{ACME_MAC}"):
        path = f"/placeholders/{owner}/Greeting"
        assert olga.put(path, {"value": "Hello", "description": "shown"}).status_code == 201
        entries = number_of_entries(app)
        assert olga.put(path, {"value": "Hello", "description": "shown"}).status_code == 200
        assert number_of_entries(app) == entries
        assert olga.put(path, {"value": "Bye"}).json["value"] == "Bye"
        assert "Greeting" in names_in(olga.get(f"/placeholders/{owner}"))
        assert olga.delete(path).status_code == 204
        assert olga.delete(path).status_code == 404
    for owner in ("tenants/Globex", "sites/Globex/Harbour", f"devices/{GLOBEX_MAC}", "templates/none"):
        assert olga.get(f"/placeholders/{owner}").status_code == 404
        assert olga.put(f"/placeholders/{owner}/Greeting", {"value": "x"}).status_code == 404


def test_values_of_secrets_are_never_shown(program: MakeProgram):
    alice = program("alice")
    for path in ("/placeholders/tenants/Acme", "/placeholders/defaults"):
        put = alice.put(f"{path}/admin_password", {"value": "open-sesame"})
        assert put.status_code in (200, 201)
        assert (put.json["value"], put.json["is_secret"], put.json["is_set"]) == (None, True, True)
        assert "open-sesame" not in put.text + alice.get(path).text + alice.get("/journal").text


def test_what_stands_for_all_phones_is_set_and_reset(program: MakeProgram):
    alice = program("alice")
    path = "/placeholders/defaults/Corridor"
    assert alice.put(path, {"value": "5"}).json["is_changed"] is True
    assert [one["value"] for one in alice.get("/placeholders/defaults?q=corridor").json["items"]] == ["5"]
    assert alice.delete(path).status_code == 204
    assert alice.delete(path).status_code == 404
    assert field_of(alice.put("/placeholders/defaults/Language", {"value": "German"})) == "name"
