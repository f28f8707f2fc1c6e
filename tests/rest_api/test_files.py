"""Configuration files and firmware over the REST API: listed, shown, changed and deleted by who may."""

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.world import HIDDEN_FROM_ACME, PEOPLE, World

READERS_OF_FILES = {"alice", "oscar", "olga", "nora", "victor", "vera"}
OF_FIRMWARE = {"alice", "oscar"}


def test_each_role_sees_and_changes_what_it_may(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked, sees_all = program(person.name), person.tenants is None
        files = asked.get("/configuration-files")
        assert files.status_code == (200 if person.name in READERS_OF_FILES else 403), person
        assert sees_all or [word for word in HIDDEN_FROM_ACME if word in files.text.casefold()] == [], person
        foreign = asked.get(f"/configuration-files/{world.globex_file}/text").status_code
        assert foreign == (403 if person.name not in READERS_OF_FILES else 200 if sees_all else 404), person
        firmware = asked.get("/firmware").status_code
        assert firmware == (200 if person.name in {*OF_FIRMWARE, "victor"} else 403), person
        changed = asked.patch(f"/firmware/{world.firmware}", {"description": person.name}).status_code
        assert changed == (200 if person.name in OF_FIRMWARE else 403), person


def test_a_file_shows_its_secrets_only_where_they_are_asked_for_by_who_may(
    program: MakeProgram, world: World
):
    olga, victor = program("olga"), program("victor")
    path = f"/configuration-files/{world.acme_file}/text"
    assert olga.get(path).json["is_masked"] is True
    assert "open-sesame" not in olga.get(path).text + victor.get(path).text
    assert "open-sesame" in olga.get(f"{path}?secrets=true").json["text"]
    assert victor.get(f"{path}?secrets=true").status_code == 403


def test_files_are_found_and_deleted(program: MakeProgram, world: World):
    olga = program("olga")
    shown = olga.get(f"/configuration-files/{world.acme_file}")
    name = shown.json["name"]
    assert names_in(olga.get(f"/configuration-files?q={name}&kind={shown.json['kind']}&tenant=Acme")) == [
        name
    ]
    gone = f"/configuration-files/{world.acme_file}"
    assert olga.delete(gone, headers={"If-Match": '"other"'}).status_code == 412
    assert olga.delete(gone, headers={"If-Match": shown.headers["ETag"]}).status_code == 204
    assert olga.get(gone).status_code == 404
    shared = program("alice").get("/configuration-files?tenant=Shared+by+all").json["items"]
    for file in shared[:1]:
        assert olga.delete(f"/configuration-files/{file['id']}").status_code == 403


def test_what_is_written_about_a_firmware_is_changed_and_the_rest_stays(program: MakeProgram, world: World):
    alice = program("alice")
    path = f"/firmware/{world.firmware}"
    version = alice.get(path).json["version"]
    changed = alice.patch(path, {"description": "Spring", "groups": ["Trial", "Lobby"]}).json
    assert (changed["description"], changed["version"]) == ("Spring", version)
    assert sorted(changed["groups"]) == ["Lobby", "Trial"]
    assert names_in(alice.get("/firmware?group=trial&q=spring")) == [changed["name"]]
    assert names_in(alice.get("/firmware?group=none")) == []
    assert field_of(alice.patch(path, {"groups": ["a,b"]})).startswith("groups")
    assert alice.delete(path).status_code == 204
    assert alice.delete(path).status_code == 404
