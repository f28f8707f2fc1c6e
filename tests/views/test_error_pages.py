"""Errors as pages: a status, a sentence, and nothing of the inside."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import TooManyRequests

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, UnreachableError
from app.views.web_session import db
from tests.databases import Databases
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import fill, open_app
from tests.views.world import make_world

FAILURES = {
    "invalid": (InvalidInputError("That is no subnet."), 400),
    "not-allowed": (NotAllowedError("Your account may not."), 403),
    "not-found": (NotFoundError("No phone has this MAC."), 404),
    "conflict": (ConflictError("It is in use."), 409),
    "unreachable": (UnreachableError("The directory does not answer."), 503),
}


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of each test's own, which may be given more addresses."""
    yield from open_app(database_url, tmp_path)


@pytest.fixture(scope="module")
def failing_app(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application with addresses that fail."""
    url = sqlite_databases.copy(sqlite_template)
    for app in open_app(url, tmp_path_factory.mktemp("installation")):
        fill(app, make_world)
        app.add_url_rule("/fail/<kind>", "fail", fail)
        yield app
    sqlite_databases.drop(url)


def fail(kind: str) -> str:
    if kind in FAILURES:
        raise FAILURES[kind][0]
    if kind == "wait":
        raise TooManyRequests("Too many sign-ins from your address.", retry_after=240)
    if kind == "large":
        abort(413)
    if kind == "locked":
        raise OperationalError("INSERT", {}, ValueError("database is locked: the secret inside"))
    if kind == "missing":
        db.session.execute(text("SELECT secret FROM nowhere_at_all"))
    if kind == "data":
        raise DataError("INSERT", {}, ValueError("integer out of range"))
    raise RuntimeError("the secret inside")


@pytest.fixture(scope="module")
def alice(failing_app: Flask) -> Browser:
    return signed_in(failing_app, "alice")


@pytest.mark.parametrize("kind", FAILURES)
def test_an_error_of_ours_is_a_page_with_its_sentence(alice: Browser, kind: str):
    error, status = FAILURES[kind]
    answer = alice.get(f"/fail/{kind}")
    assert answer.status_code == status
    assert str(error) in answer.text


def test_a_value_that_does_not_fit_its_column_is_a_bad_request(alice: Browser):
    answer = alice.get("/fail/data")
    assert answer.status_code == 400
    assert "out of range" in answer.text
    assert "INSERT" not in answer.text


def test_a_bug_shows_a_page_without_internals(alice: Browser):
    answer = alice.get("/fail/bug")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "secret" not in answer.text


def test_an_unknown_address_is_a_page_for_a_visitor_too(failing_app: Flask):
    answer = Browser(failing_app).get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert 'id="navigation"' not in answer.text


def test_the_reference_of_a_page_is_in_the_log(alice: Browser, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="app.views.error_pages"):
        page = alice.get("/fail/bug").text
    reference = re.search(r"Reference <code>(\w+)</code>", page)
    assert reference
    assert f"Reference {reference[1]}: GET /fail/bug was answered 500" in caplog.text


@pytest.mark.parametrize(
    ("address", "status", "advice"),
    [
        ("/alarms/?size=many", 400, "try again"),
        ("/nothing-here", 404, "Search for it at the top"),
        ("/destinations/1/test", 405, "Open the page with the form"),
        ("/fail/large", 413, "Send a smaller file"),
        ("/fail/wait", 429, "Try again in 4 minutes."),
        ("/fail/bug", 500, "the reference below"),
        ("/fail/unreachable", 503, "Try again in a moment"),
    ],
)
def test_each_says_what_to_do(alice: Browser, address: str, status: int, advice: str):
    answer = alice.get(address)
    assert answer.status_code == status
    assert advice in answer.text
    assert "Reference <code>" in answer.text


def test_who_tries_too_often_is_told_when_to_come_again(alice: Browser):
    answer = alice.get("/fail/wait")
    assert answer.headers["Retry-After"] == "240"
    assert "Too many sign-ins from your address." in answer.text


def test_a_script_is_told_the_same_as_json(alice: Browser):
    answer = alice.get("/fail/wait", headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert answer.json["refused"] == "Too many sign-ins from your address."
    assert answer.json["advice"] == "Try again in 4 minutes."
    assert re.fullmatch(r"[0-9a-f]{8}", answer.json["reference"])


def test_head_is_answered_without_a_body(alice: Browser):
    answer = alice.client.head("/nothing-here")
    assert (answer.status_code, answer.data) == (404, b"")


def test_a_database_that_does_not_take_a_statement_is_not_shown_as_a_bug(alice: Browser):
    answer = alice.get("/fail/locked")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "The database does not answer" in answer.text
    assert "secret" not in answer.text
    assert 'id="navigation"' not in answer.text


def test_a_static_file_that_is_not_there_is_said_in_a_line(failing_app: Flask):
    visitor = Browser(failing_app)
    for address in ("/static/ringmaster/nothing.js", "/static/appbuilder/nothing.css"):
        line = visitor.get(address, headers={"Accept": "*/*"})
        assert (line.status_code, line.mimetype) == (404, "text/plain")
        page = visitor.get(address, headers={"Accept": "text/html,*/*"})
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "Nothing here" in page.text


def test_a_database_that_is_behind_is_said(app: Flask, sign_in: SignIn):
    oscar = sign_in("oscar")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(text("ALTER TABLE alarm RENAME COLUMN severity TO badness"))
    answer = oscar.get("/alarms/")
    assert answer.status_code == 503
    assert "is being brought up to date" in answer.text
    assert "badness" not in answer.text
    # Nor does the page of another error need what is not there.
    assert oscar.get("/nothing-here").status_code == 404


def test_a_statement_of_ours_that_is_wrong_is_a_bug(app: Flask, sign_in: SignIn):
    app.add_url_rule("/fail/<kind>", "fail", fail)
    answer = sign_in("alice").get("/fail/missing")
    assert answer.status_code in {500, 503}
    assert "secret" not in answer.text


def test_after_a_value_that_did_not_fit_the_frame_is_there(app: Flask, sign_in: SignIn):
    def too_large() -> None:
        db.session.execute(text("SELECT CAST('many' AS INTEGER) / 0"))
        raise DataError("INSERT", {}, ValueError("out of range"))

    app.add_url_rule("/too-large", "too_large", too_large)
    answer = sign_in("oscar").get("/too-large")
    assert answer.status_code == 400
    assert 'id="navigation"' in answer.text
