"""Firmware over the REST API: taken in piece by piece, sent in parts, and nothing half-written where it will not do."""

import hashlib
import io
from pathlib import Path

import pytest
from flask import Flask

from app.models import JournalEntry
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, program_of
from tests.views.installations import database_of, open_app
from tests.views.world import World

IMAGE = b"\0\x01420HDUC_3.2.1.558\0" + bytes(range(256)) * 1000
OTHER = b"\0\x01420HDUC_3.4.8.100\0" + bytes(range(256)) * 900
PATH = "/firmware/named/420HD.img"
BINARY = "application/octet-stream"


@pytest.fixture
def oscar(program: MakeProgram) -> Program:
    return program("oscar")


def left_in(app: Flask) -> list[str]:
    folder: Path = app.extensions["ringmaster_settings"].firmware_folder
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.exists() else []


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def send(program: Program, content: bytes, path: str = PATH, **more: object):
    return program.ask("PUT", path, data=content, content_type=BINARY, **more)


def deeds(app: Flask, name: str) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return [each.action for each in session.query(JournalEntry).filter_by(subject=name).order_by("id")]


def test_a_firmware_is_added_replaced_and_sent_again_without_a_change(app: Flask, oscar: Program):
    added = send(oscar, IMAGE, f"{PATH}?description=Spring&groups=Pilot,+Berlin")
    assert added.status_code == 201, added.text
    assert added.headers["Location"] == f"/api/v1/firmware/{added.json['id']}"
    assert (added.json["version"], added.json["size"]) == ("UC_3.2.1.558", len(IMAGE))
    assert sorted(added.json["groups"]) == ["Berlin", "Pilot"]
    again = send(oscar, IMAGE)
    assert (again.status_code, again.json) == (200, added.json)
    replaced = send(oscar, OTHER, f"{PATH}?description=Summer", headers={"If-Match": added.headers["ETag"]})
    assert (replaced.status_code, replaced.json["id"]) == (200, added.json["id"])
    assert (replaced.json["version"], replaced.json["description"]) == ("UC_3.4.8.100", "Summer")
    assert left_in(app) == [sum_of(OTHER)]
    assert deeds(app, "420HD.img") == ["firmware added", "firmware replaced", "firmware changed"]
    assert oscar.get(PATH).json == replaced.json
    assert oscar.delete(f"/firmware/{added.json['id']}").status_code == 204
    assert left_in(app) == []


def test_a_firmware_is_sent_whole_in_part_and_not_twice(oscar: Program):
    path = f"/firmware/{send(oscar, IMAGE).json['id']}/content"
    whole = oscar.get(path)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, IMAGE, BINARY)
    assert "420HD.img" in whole.headers["Content-Disposition"]
    part = oscar.get(path, headers={"Range": "bytes=10-19", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, IMAGE[10:20])
    assert oscar.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    beyond = oscar.get(path, headers={"Range": f"bytes={len(IMAGE)}-"})
    assert (beyond.status_code, beyond.mimetype) == (416, "application/problem+json")
    head = oscar.ask("HEAD", path)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(IMAGE)))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "content", "headers", "status", "sentence"),
    [
        (PATH, b"\xff\xd8\xff\xe0" + bytes(9000), {}, 422, "a JPEG picture and no firmware"),
        (PATH, b"", {}, 422, "The file is empty"),
        ("/firmware/named/420HD.jpeg", IMAGE, {}, 422, "is no name of a firmware file"),
        ("/firmware/named/..%5C420HD.img", IMAGE, {}, 422, "is no name of a firmware file"),
        (f"{PATH}?groups={'x,' * 11}y", IMAGE, {}, 201, ""),
        (f"{PATH}?groups=a,b,c,d,e,f,g,h,i,j,k", IMAGE, {}, 422, "10 groups at most"),
        (PATH, IMAGE, {"If-Match": "*"}, 412, "does not exist"),
        ("/firmware/named/450HD.img", IMAGE, {"If-None-Match": "*"}, 412, "It exists"),
        (f"{PATH}?colour=red", IMAGE, {}, 422, ""),
    ],
)
def test_what_will_not_do_is_refused_and_leaves_nothing(
    app: Flask, oscar: Program, path: str, content: bytes, headers: dict, status: int, sentence: str
):
    answer = send(oscar, content, path, headers=headers)
    assert (answer.status_code, sentence in answer.text) == (status, True), answer.text
    assert len(left_in(app)) == (status == 201)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_too_large_or_no_file_leaves_nothing(database_url: str, tmp_path: Path):
    (app,) = open_app(database_url, tmp_path, largest_firmware=1)
    oscar = program_of(app, "oscar")
    too_large = send(oscar, IMAGE * 5)
    assert (too_large.status_code, "larger than 1 MB" in too_large.text) == (422, True)
    as_json = oscar.ask("PUT", PATH, json={})
    assert (as_json.status_code, as_json.headers["Accept"]) == (415, BINARY)
    assert left_in(app) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sender_who_breaks_off_leaves_nothing(app: Flask, oscar: Program):
    sent = {"wsgi.input": io.BytesIO(IMAGE[:70_000]), "CONTENT_LENGTH": str(len(IMAGE))}
    answer = oscar.ask("PUT", PATH, content_type=BINARY, environ_overrides=sent)
    assert (answer.status_code, answer.mimetype) == (408, "application/problem+json")
    assert left_in(app) == []
    assert oscar.get(PATH).status_code == 404


def test_a_file_becomes_the_default_of_a_model(oscar: Program, world: World):
    send(oscar, IMAGE, "/firmware/named/trial.img")
    path = f"/firmware/{oscar.get('/firmware/named/trial.img').json['id']}/default"
    made = oscar.post(path, {"model": "420hd"})
    assert (made.json["name"], made.json["sha256"]) == ("420HD.img", sum_of(IMAGE))
    assert oscar.post(path, {"model": "450HD"}).status_code == 409
    assert oscar.post(path, {"model": "450HD", "replaces": True}).json["version"] == "UC_3.2.1.558"
    assert oscar.post(path, {"model": "Nothing"}).status_code == 422


def test_only_who_may_sends_and_fetches_firmware(app: Flask, program: MakeProgram, oscar: Program):
    path = f"/firmware/{send(oscar, IMAGE).json['id']}/content"
    for name, may_fetch, may_send in (
        ("victor", False, False),
        ("olga", False, False),
        ("alice", True, True),
    ):
        asked = program(name)
        assert asked.get(path).status_code == (200 if may_fetch else 403), name
        assert send(asked, IMAGE).status_code == (200 if may_send else 403), name
    reader = program("alice", reads_only=True)
    assert (send(reader, IMAGE).status_code, reader.get(path).status_code) == (403, 200)
    with app.test_client() as stranger:
        refused = stranger.put(f"/api/v1{PATH}", data=OTHER, content_type=BINARY)
        assert (refused.status_code, refused.headers["Connection"]) == (401, "close")
    assert left_in(app) == [sum_of(IMAGE)]
