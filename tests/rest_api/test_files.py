"""Configuration files and firmware over the REST API: listed, shown, changed and deleted by who may."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
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


def test_a_file_is_sent_to_who_may_see_its_secrets_as_phones_get_it(program: MakeProgram, world: World):
    path = f"/configuration-files/{world.acme_file}/content"
    sent = program("olga").get(path)
    assert (sent.status_code, sent.mimetype, sent.headers["Cache-Control"]) == (200, "text/plain", "no-store")
    assert b"open-sesame" in sent.data
    assert program("olga").get(path, headers={"If-None-Match": sent.headers["ETag"]}).status_code == 304
    assert program("victor").get(path).status_code == 403
    assert program("olga").get(f"/configuration-files/{world.globex_file}/content").status_code == 404


def upload(program: Program, name: str, text: bytes, query: str = "", **headers: str):
    path = f"/configuration-files/named/{name}{query}"
    return program.ask("PUT", path, data=text, content_type="text/plain", headers=headers)


def test_a_file_is_added_replaced_and_sent_again_without_a_change(program: MakeProgram):
    olga = program("olga")
    added = upload(olga, "ring.cfg", b"voip/line/0/enabled=1\r\n", "?tenant=acme")
    assert (added.status_code, added.json["tenant"], added.json["edited_by"]) == (201, "Acme", "olga")
    path = f"/configuration-files/{added.json['id']}"
    assert olga.get(f"{path}/content").data == b"voip/line/0/enabled=1\r\n"
    again = upload(olga, "RING.cfg", b"voip/line/0/enabled=1\r\n")
    assert (again.status_code, again.json) == (200, added.json)
    replaced = upload(olga, "ring.cfg", b"voip/line/0/enabled=0\n")
    assert (replaced.json["id"], replaced.json["tenant"]) == (added.json["id"], "Acme")
    assert upload(olga, "ring.cfg", b"a=b", **{"If-None-Match": "*"}).status_code == 412
    assert olga.get(f"{path}/content").data == b"voip/line/0/enabled=0\n"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_will_not_do_is_refused(program: MakeProgram, world: World):
    olga = program("olga")
    book = upload(olga, "book.xml", b"<a/>", "?tenant=acme&kind=company_directory")
    assert (book.status_code, book.json["kind"]) == (201, "company_directory")
    for name, text, query, status in (
        ("ring.cfg", b"voip/line/0/enabled=1", "", 403),
        ("ring.cfg", b"voip/line/0/enabled=1", "?tenant=globex", 422),
        ("ring.cfg", b"nonsense", "?tenant=acme", 422),
        ("ring.exe", b"", "?tenant=acme", 422),
        ("0a0000000001.cfg", b"", "?tenant=acme", 422),
        ("ring.cfg", b"\xff\xfe", "?tenant=acme", 422),
        ("ring.txt", b"x" * 4_000_001, "?tenant=acme", 413),
    ):
        assert upload(olga, name, text, query).status_code == status, (name, query)
    globex = program("alice").get(f"/configuration-files/{world.globex_file}").json["name"]
    assert upload(olga, globex, b"voip/line/0/enabled=1", "?tenant=acme").status_code == 409
    assert upload(program("victor"), "ring.cfg", b"", "?tenant=acme").status_code == 403
