"""The Web Admin log: what people do is in it, what somebody sends is not, and it is shown, saved and kept by day."""

import logging
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask

from app.logs import writing
from app.logs.day_files import folder_in
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.services.author import Author
from app.transaction import writing as writing_to
from app.views import request_log
from tests.views.conftest import SignIn
from tests.views.installations import database_of

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def logging_app(app: Flask):
    """The application, whose process writes a log."""
    folder: Path = folder_in(app.extensions["ringmaster_settings"].data_dir)
    names = ("", *writing.OURS)
    levels = {name: logging.getLogger(name).level for name in names}
    handler = writing.LogHandler("web", writing.Plan(folder=folder), StringIO())
    logging.getLogger().addHandler(handler)
    writing._set_levels(handler)
    yield app
    logging.getLogger().removeHandler(handler)
    handler.close()
    for name in names:
        logging.getLogger(name).setLevel(levels[name])


@on_one_database
def test_what_people_ask_is_shown_with_account_address_and_reference(logging_app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    missing = alice.get("/devices/00908f000000/")
    text = alice.get("/logs/web-admin/IPP_web_admin_log.txt?lines=100").text
    asked = next(line for line in text.splitlines() if "GET /devices/00908f000000/ 404 in" in line)
    reference = asked.split("[")[1].split()[0]
    assert f"[{reference} alice 127.0.0.1]" in asked
    assert " DEBUGGING " in asked
    assert reference in missing.text
    page = alice.get(f"/logs/web-admin/?q={reference}").text
    assert page.count("<tr>") == 3  # the head, the request and the page that says what went wrong
    signed_in = next(line for line in text.splitlines() if "POST /login/" in line)
    assert " INFO [" in signed_in


@on_one_database
def test_what_is_typed_is_in_no_line(logging_app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    alice.post("/login/?next=0pen-Sesame", {"username": "0pen-Sesame", "password": "0pen-Sesame"})
    alice.post("/system-settings/ldap/", {"ldap_password": "0pen-Sesame"})
    alice.get("/devices-status/?q=0pen-Sesame")
    alice.get("/devices/%0d%0a2026-01-01T00:00:00.000Z%20web%20ERROR%20forged/")
    text = alice.get("/logs/web-admin/IPP_web_admin_log.txt?level=VERBOSE&lines=100").text
    assert "POST /system-settings/ldap/" in text
    assert "0pen-Sesame" not in text
    assert not [line for line in text.splitlines() if line.startswith("2026-01-01T00")]


def test_a_level_that_is_set_counts_in_this_process_at_once_where_it_is_due(
    logging_app: Flask, sign_in: SignIn
):
    alice = sign_in("alice")
    with writing_to(database_of(logging_app), ALL_TENANTS) as session:
        settings.change(session, "log_level", "ERROR", author=Author("alice"), now=datetime.now(UTC))
    with logging_app.app_context():
        request_log.watch().look()
    alice.get("/devices/00908f000000/")
    text = alice.get("/logs/web-admin/IPP_web_admin_log.txt?lines=100").text
    assert "00908f000000" not in text


@on_one_database
def test_lines_and_days_are_saved_under_the_names_of_the_manual(logging_app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    alice.get("/dashboard/")
    today = datetime.now(UTC).date()
    saved = alice.get("/logs/web-admin/save?lines=10")
    archived = alice.get(f"/logs/web-admin/archive/{today}")
    for answer in (saved, archived):
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="IPP.Manage.Web.Admin.{today:%d-%m-%Y}.log"'
        )
        assert "GET /dashboard/ 200" in answer.text
    assert len(saved.text.splitlines()) <= 10
    assert f"/logs/web-admin/archive/{today}" in alice.get("/logs/web-admin/").text
    assert alice.get("/logs/web-admin/archive/2020-01-01").status_code == 404
    assert alice.get("/logs/web-admin/archive/..").status_code in {400, 404}
    assert alice.get("/logs/web-admin/archive/yesterday").status_code == 400
    assert alice.get("/logs/web-admin/?lines=1000000").status_code == 400
    assert alice.get("/logs/web-admin/?level=everything").status_code == 400
