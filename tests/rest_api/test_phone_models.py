"""Phone models over the REST API: the checks of their page, and what comes with the product stays."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in

FANVIL = {"vendor": "Fanvil", "name": "X4U", "user_agent_pattern": "Fanvil X4U *"}


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    return program("alice")


def test_a_model_is_added_changed_and_deleted(alice: Program):
    added = alice.post("/phone-models", FANVIL)
    assert (added.status_code, added.json["is_shipped"]) == (201, False)
    path = f"/phone-models/{added.json['id']}"
    assert alice.patch(path, {"name": "X4U-V2"}, headers={"If-Match": '"other"'}).status_code == 412
    changed = alice.patch(path, {"description": "Lobby"}, headers={"If-Match": added.headers["ETag"]})
    assert changed.json == {**added.json, "description": "Lobby"}
    assert names_in(alice.get("/phone-models?q=lobby")) == ["X4U"]
    assert alice.get("/phone-models/named/x4u").json == changed.json
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404
    said = [entry["text"] for entry in alice.get("/journal?q=X4U&limit=3").json["items"]]
    assert said == [
        "alice deleted the phone model X4U.",
        'alice changed the phone model X4U: description from nothing to "Lobby".',
        "alice added the phone model X4U.",
    ]


def test_put_adds_or_replaces_and_changes_nothing_the_second_time(alice: Program):
    path = "/phone-models/named/X4U"
    said = {"vendor": "Fanvil", "user_agent_pattern": "Fanvil X4U *"}
    assert alice.put(path, said, headers={"If-Match": "*"}).status_code == 412
    first, again = alice.put(path, said), alice.put(path, said)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    assert alice.put(path, {"vendor": "Fanvil"}).json["user_agent_pattern"] == ""
    assert len(alice.get("/journal?q=X4U").json["items"]) == 2


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_will_not_do_is_refused_at_its_field(alice: Program):
    shipped = alice.get("/phone-models/named/450HD").json
    assert alice.patch(f"/phone-models/{shipped['id']}", {"vendor": "Fanvil"}).status_code == 409
    assert alice.delete(f"/phone-models/{shipped['id']}").status_code == 409
    assert alice.post("/phone-models", {**FANVIL, "name": "450hd"}).status_code == 409
    assert field_of(alice.post("/phone-models", {**FANVIL, "name": "a/b"})) == "name"
    assert (
        field_of(alice.post("/phone-models", {**FANVIL, "user_agent_pattern": "*"})) == "user_agent_pattern"
    )
    assert alice.get("/phone-models/named/450HD").json == shipped


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_may_changes_models(program: MakeProgram):
    for name, status in (("alice", 201), ("victor", 403), ("olga", 403), ("vera", 403)):
        assert program(name).post("/phone-models", {**FANVIL, "name": f"X {name}"}).status_code == status, (
            name
        )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_files_are_like_is_said_and_changed(alice: Program):
    form = {"file_names": ["{mac}.xml", "cfg{MAC}.xml"], "content_type": "text/xml", "value_format": "xml"}
    added = alice.post("/phone-models", FANVIL | form)
    assert added.json.items() >= form.items()
    path = f"/phone-models/{added.json['id']}"
    boot = {"boot_file_names": ["{mac}.boot"], "boot_file": "include {file}"}
    changed = alice.patch(path, boot).json
    assert (changed["file_names"], changed["boot_file_names"]) == (
        form["file_names"],
        boot["boot_file_names"],
    )
    assert field_of(alice.patch(path, {"file_names": ["everybody.xml"]})) == "file_names"
    assert alice.patch(path, {"file_names": ["{mac}.xml\n{mac}.cfg"]}).status_code == 422
    assert alice.get(path).json == changed
