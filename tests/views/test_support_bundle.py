"""The support bundle: one ZIP file with how the installation is, for administrators, and no secret in it."""

import io
import json
import zipfile
from datetime import UTC, datetime

from flask import Flask

from app import support_bundle
from app.logs.day_files import DayFiles, Weight, folder_in
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings as system_settings
from app.services.author import Author
from app.transaction import writing
from tests.databases import INSTALLATION_KEY
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, World

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_it_has_all_but_secrets(app: Flask, world: World, sign_in: SignIn):
    settings = app.extensions["ringmaster_settings"]
    with writing(database_of(app), ALL_TENANTS) as session:
        system_settings.change(session, "ldap_password", "0pen-Sesame", author=Author("alice"), now=NOW)
    files = DayFiles(folder_in(settings.data_dir))
    line = {
        "at": "2026-03-09T12:00:00.000Z",
        "level": "ERROR",
        "process": "plane",
        "pid": 1,
        "logger": "app.x",
    }
    files.add(json.dumps({**line, "message": "It failed."}), weight=Weight.ERROR, now=NOW)
    files.close()
    answer = sign_in("alice").post("/logs/support-bundle")
    assert answer.status_code == 200
    assert "ringmaster-support-" in answer.headers["Content-Disposition"]
    bundle = zipfile.ZipFile(io.BytesIO(answer.data))
    assert bundle.testzip() is None
    parts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert parts["logs/IPP.Manage.Web.Admin.09-03-2026.log"].endswith("plane ERROR It failed.\n")
    assert [check["name"] for check in json.loads(parts["health.json"])] == [
        "database",
        "migrations",
        "key",
        "disk",
        "firmware",
    ]
    assert all(check["is_well"] for check in json.loads(parts["health.json"]))
    assert 'ringmaster_phones{status="registered"} 2' in parts["metrics.txt"]
    assert any(row.startswith("device,") for row in parts["tables.csv"].splitlines())
    assert f"restarted {ACME_MAC}" in parts["activity.csv"]
    assert json.loads(parts["versions.json"])["libraries"]["Flask"]
    assert json.loads(parts["system-settings.json"])["ldap_password"] == "***"
    assert not [name for name, text in parts.items() if "could not be read" in text]
    everything = "\n".join(parts.values())
    for secret in ("0pen-Sesame", "open-sesame", INSTALLATION_KEY):
        assert secret not in everything
    assert "alice downloaded a support bundle." in sign_in("oscar").get("/logs/activity/").text


def test_what_is_broken_is_told_in_its_place(app: Flask, world: World):
    settings = app.extensions["ringmaster_settings"]
    with database_of(app).writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE chore_run")
    pieces = support_bundle.bundle(database_of(app), settings, now=NOW)
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert "could not be read" in bundle.read("jobs.json").decode()
    assert b"Table,Rows,Bytes" in bundle.read("tables.csv")


def test_only_administrators_are_offered_it(world: World, sign_in: SignIn):
    assert 'action="/logs/support-bundle"' in sign_in("alice").get("/logs/web-admin/").text
    oscar = sign_in("oscar")
    assert "/logs/support-bundle" not in oscar.get("/logs/web-admin/").text
    assert oscar.post("/logs/support-bundle").status_code == 403
