"""Who is refused something, and what happens to accounts, is in the log: with account, address and no secret."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from flask import Flask

from app.logs import security_events, writing
from app.logs.security_events import Refusals
from tests.rest_api.programs import program_of
from tests.views.browsing import Browser, signed_in
from tests.views.multipart import CONTENT_TYPE, closed, field_part, file_part
from tests.views.world import World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

Told = Callable[[], str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Returns what the log has said of security since it was asked last, as people read it."""
    monkeypatch.setattr(security_events, "_refusals", Refusals())
    logger, stream = security_events.log, StringIO()
    handler, level = writing.LogHandler("web", writing.Plan(), stream), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def take() -> str:
        said = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return said

    yield take
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_page_that_is_not_for_somebody(app: Flask, world: World, told: Told):
    victor = signed_in(app, "victor")
    told()
    assert victor.get("/operators/list/?q=0pen-Sesame").status_code == 403
    line = told()
    assert " WARN [" in line
    assert " victor 127.0.0.1] Refused a page, GET /operators/list/ (" in line
    assert "0pen-Sesame" not in line
    assert line.count("\n") == 1


def test_a_wrong_password_in_an_open_browser(app: Flask, world: World, told: Told):
    victor = signed_in(app, "victor")
    told()
    assert victor.post("/account/sessions/", {"password": "0pen-Sesame"}).status_code == 400
    line = told()
    assert " victor 127.0.0.1] Refused a password, POST /account/sessions/ (it is not the account's)" in line
    assert "0pen-Sesame" not in line


def test_a_form_without_its_token_and_one_with_a_file(app: Flask, world: World, told: Told):
    alice = signed_in(app, "alice")
    told()
    assert alice.client.post("/tenants/add", data={"name": "Initech"}).status_code == 400
    assert " alice 127.0.0.1] Refused a form, POST /tenants/add (The CSRF token is missing.)" in told()
    form = closed(field_part("csrf_token", "made-up"), file_part("430HD.img", b"x"))
    alice.client.post("/firmware/upload", data=form, content_type=CONTENT_TYPE)
    line = told()
    assert " alice 127.0.0.1] Refused a form, POST /firmware/upload (" in line
    assert "made-up" not in line


def test_a_value_that_no_browser_sends(app: Flask, world: World, told: Told):
    alice = signed_in(app, "alice")
    told()
    alice.get("/alarms/?q=a%00b")
    assert " alice 127.0.0.1] Refused a value, GET /alarms/ (It has a NUL byte.)" in told()


@pytest.mark.parametrize("cookie", ["x" * 400, "eyJhIjoxfQ.aQ.made-up"])
def test_a_session_that_somebody_made_up(app: Flask, world: World, told: Told, cookie: str):
    visitor = Browser(app)
    visitor.client.set_cookie("session", cookie)
    visitor.get("/dashboard/")
    line = told()
    assert " - 127.0.0.1] Refused a session, GET /dashboard/ (Its signature is not ours.)" in line
    assert cookie[:20] not in line


def test_a_session_of_ours_is_none_of_that(app: Flask, world: World, told: Told):
    olga = signed_in(app, "olga")
    told()
    olga.get("/dashboard/")
    olga.sign_out()
    olga.get("/dashboard/")
    Browser(app).get("/dashboard/")
    assert told() == ""


def test_programs_that_are_not_let_in(app: Flask, world: World, told: Told):
    # As a revoked one looks.
    made_up = f"rmt_0123456789abcdef_{'s' * 43}"
    for token in ("", made_up):
        app.test_client().get("/api/v1/tenants", headers={"Authorization": f"Bearer {token}"})
    without, wrong = told().splitlines()
    assert " - 127.0.0.1] Refused a caller, GET /api/v1/tenants (" in without
    assert "Refused a caller, GET /api/v1/tenants (The token 0123456789abcdef opens nothing" in wrong
    assert "sssss" not in wrong


def test_a_call_that_a_token_is_not_made_for(app: Flask, world: World, told: Told):
    assert program_of(app, "oscar", reads_only=True).post("/sites", {"name": "Second"}).status_code == 403
    assert " oscar 127.0.0.1] Refused a call, POST /api/v1/sites (" in told()


def test_a_cursor_that_somebody_made_up(app: Flask, world: World, told: Told):
    program_of(app, "alice").get("/tenants?cursor=" + "QUFB" * 12)
    assert " alice 127.0.0.1] Refused a cursor, " in told()


def test_who_guesses_passwords(app: Flask, world: World, told: Told):
    for _ in range(11):
        answer = Browser(app).sign_in("alice", "0pen-Sesame")
    assert answer.status_code == 429
    said = told()
    assert said.count("Somebody gave a wrong password for alice.") == 10
    assert "Refused one more attempt, POST /login/ (Too many wrong passwords" in said
    assert "0pen-Sesame" not in said


def test_who_signs_in_is_on_the_standard_output_as_well(app: Flask, world: World, told: Told):
    signed_in(app, "alice")
    assert " INFO [" in (line := told())
    assert " 127.0.0.1] alice signed in." in line
