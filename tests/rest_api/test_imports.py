"""Imports over the REST API: brought, looked at row by row, confirmed, undone and dropped, each by who may."""

import io
import zipfile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.scheduler.import_worker import ImportWorker
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
from tests.views.installations import database_of
from tests.views.world import World

TABLE = b"Name,Tenant,Device 1 MAC Address\nzoe,Acme,00908f00aa01\nyann,Nowhere,\nxena,Acme,\n"


def bring(
    program: Program, content: bytes = TABLE, name: str = "users.csv", kind: str = "text/csv", **headers: str
) -> TestResponse:
    return program.ask("POST", f"/imports?name={name}", data=content, content_type=kind, headers=headers)


def work(app: Flask) -> None:
    ImportWorker(database_of(app)).work_off()


def configuration() -> bytes:
    inner = archive("Tenants.csv", b"NAME,DESCRIPTION\nInitech,Software\n")
    return archive("Tenants.zip", inner)


def archive(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr(name, content)
    return stream.getvalue()


def test_a_file_is_looked_at_written_and_taken_back(app: Flask, program: MakeProgram):
    oscar = program("oscar")
    brought = bring(oscar, **{"X-Reason": "Ticket 4711"})
    assert (brought.status_code, brought.json["state"], brought.json["is_busy"]) == (201, "uploaded", True)
    path = f"/imports/{brought.json['id']}"
    assert brought.headers["Location"] == f"/api/v1{path}"
    assert oscar.post(f"{path}/confirm", {}).status_code == 409
    work(app)
    looked_at = oscar.get(path)
    assert (looked_at.json["state"], looked_at.json["counts"]) == (
        "checked",
        {"new": 2, "error": 1, "users": 2, "devices": 1},
    )
    first = oscar.get(f"{path}/rows?limit=2").json
    assert [(row["name"], row["verdict"], row["result"]) for row in first["items"]] == [
        ("zoe", "new", ""),
        ("yann", "error", ""),
    ]
    assert first["items"][1]["reason"] == 'There is no tenant "Nowhere".'
    assert names_in(oscar.get(f"{path}/rows?limit=2&cursor={first['next_cursor']}")) == ["xena"]
    assert names_in(oscar.get(f"{path}/rows?verdict=error")) == ["yann"]
    assert oscar.get("/users?name=zoe").json["items"] == []
    assert oscar.ask("POST", f"{path}/confirm", headers={"If-Match": '"other"'}).status_code == 412
    reason = {"If-Match": looked_at.headers["ETag"], "X-Reason": "Ticket 4712"}
    assert oscar.ask("POST", f"{path}/confirm", headers=reason).json["state"] == "confirmed"
    work(app)
    done = oscar.get(path).json
    assert (done["state"], done["is_busy"], done["undo_ends_at"] is None) == ("done", False, False)
    assert names_in(oscar.get(f"{path}/rows?verdict=new"), "result") == ["zoe Added", "xena Added"]
    assert names_in(oscar.get("/users?name=zoe")) == ["zoe"]
    assert oscar.get("/devices/00908f00aa01").json["user"] == "zoe"
    assert oscar.delete(path).status_code == 409
    entries = program("alice").get("/journal?q=Ticket+4712").json["items"]
    assert [entry["actor"] for entry in entries] == ["oscar"] * len(entries) != []
    assert oscar.ask("POST", f"{path}/undo").status_code == 202
    work(app)
    assert oscar.get(path).json["state"] == "undone"
    assert oscar.get("/users?name=zoe").json["items"] == []
    assert oscar.ask("POST", f"{path}/undo").status_code == 409


def test_a_configuration_is_imported_by_who_sees_all_tenants(app: Flask, program: MakeProgram, world: World):
    oscar = program("oscar")
    refused = bring(program("olga"), configuration(), "Configuration.zip", "application/zip")
    assert refused.status_code == 403
    brought = bring(oscar, configuration(), "Configuration.zip", "application/zip")
    assert (brought.status_code, brought.json["kind"]) == (201, "configuration")
    work(app)
    path = f"/imports/{brought.json['id']}"
    assert names_in(oscar.get(f"{path}/rows")) == ["Initech"]
    narrowed = program("oscar", tenant_ids=[world.acme])
    assert narrowed.get(path).status_code == 404
    assert oscar.ask("POST", f"{path}/confirm").status_code == 202
    work(app)
    assert oscar.get("/tenants/named/Initech").json["description"] == "Software"


def test_an_import_is_seen_by_who_brought_it_and_by_who_sees_all(
    app: Flask, program: MakeProgram, world: World
):
    alice, olga = program("alice"), program("olga")
    whole, own = bring(alice).json["id"], bring(olga).json["id"]
    assert names_in(alice.get("/imports?limit=2"), "id") == [own, whole]
    assert names_in(olga.get("/imports"), "id") == [own]
    for part in ("", "/rows"):
        assert olga.get(f"/imports/{whole}{part}").status_code == 404
    narrowed = program("alice", tenant_ids=[world.acme])
    assert names_in(narrowed.get("/imports"), "id") == []
    mine = bring(narrowed).json["id"]
    assert names_in(narrowed.get("/imports"), "id") == [mine]
    assert names_in(program("alice", tenant_ids=[world.globex]).get("/imports"), "id") == []
    assert narrowed.delete(f"/imports/{mine}").status_code == 204
    assert narrowed.get(f"/imports/{mine}").status_code == 404
    work(app)
    assert names_in(alice.get("/imports?state=checked&limit=2"), "id") == [own, whole]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_may_import_does(program: MakeProgram, world: World):
    for name, looks in (("hal", 403), ("victor", 200), ("vera", 200)):
        assert program(name).get("/imports").status_code == looks, name
        assert bring(program(name)).status_code == 403, name
        assert program(name).ask("POST", f"/imports/{world.import_job}/confirm").status_code == 403, name
    reads = program("oscar", reads_only=True)
    assert (bring(reads).status_code, reads.get("/imports").status_code) == (403, 200)
    assert program("oscar", kinds=["users"]).get("/imports").status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_no_file_of_either_kind_is_refused_at_once(program: MakeProgram):
    oscar = program("oscar")
    assert field_of(bring(oscar, name="users.exe")) == "name"
    assert field_of(bring(oscar, name=f"{'x' * 120}.csv")) == "name"
    assert bring(oscar, kind="text/html").status_code == 415
    assert bring(oscar, b"Fruit,Colour\napple,red\n").status_code == 422
    assert bring(oscar, b"PK\x03\x04broken", "users.zip").status_code == 422
    too_large = bring(oscar, b"Name,Tenant\n" + b"x" * 20_000_000)
    assert (too_large.status_code, too_large.json["detail"]) == (422, "What was sent is larger than 20 MB.")
    assert bring(oscar, name="C:%5Cshare%5Cmy+users.csv").json["file_name"] == "my users.csv"
