"""Sessions of the screens: they end by themselves, by their owner, by who administers, and with a new password."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.models import JournalEntry, Operator, OperatorSession
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views.sign_in_sessions import POLL
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of
from tests.views.world import NOW, PASSWORD, World

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SIGN_IN = "/login/?next=%2Fdashboard%2F"


def idle_for(app: Flask, minutes: int) -> None:
    """Let nobody have used any session for so long."""
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(
            update(OperatorSession).values(used_at=datetime.now(UTC) - timedelta(minutes=minutes))
        )


def number_of_sessions(app: Flask) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return len(session.scalars(select(OperatorSession.id)).all())


def with_firefox(app: Flask, name: str) -> Browser:
    browser = Browser(app)
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    browser.sign_in(name)
    return browser


def test_who_was_away_is_signed_out_and_told_why_and_comes_back_to_the_page(app: Flask, world: World):
    olga = signed_in(app, "olga")
    idle_for(app, 9)
    assert olga.get("/dashboard/").status_code == 200
    idle_for(app, 12)
    answer = olga.get("/dashboard/")
    assert answer.location == SIGN_IN
    assert "because you were away" in olga.get(answer.location).text
    assert olga.sign_in("olga", address=answer.location).location == "/dashboard/"


def test_pages_prolong_a_session_and_what_they_ask_for_by_themselves_does_not(app: Flask, world: World):
    olga = signed_in(app, "olga")
    idle_for(app, 8)
    assert olga.get("/live/", headers={POLL: "idle"}).status_code == 200
    idle_for(app, 12)
    assert olga.get("/live/", headers={POLL: "idle"}).status_code == 302
    olga.sign_in("olga")
    idle_for(app, 8)
    olga.get("/live/", headers={POLL: "used"})
    with reading(database_of(app), ALL_TENANTS) as session:
        used = session.scalars(
            select(OperatorSession.used_at).order_by(OperatorSession.used_at.desc())
        ).first()
    assert used is not None
    assert used >= NOW


def test_a_form_that_is_sent_after_a_while_is_taken_and_prolongs_the_session(app: Flask, world: World):
    olga = signed_in(app, "olga")
    token = olga.token()
    idle_for(app, 8)
    assert (
        olga.client.post("/account/sessions/", data={"csrf_token": token, "password": PASSWORD}).location
        == "/account/"
    )
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalars(select(OperatorSession.used_at)).one() >= NOW


def test_a_poll_of_a_session_that_is_over_leaves_the_reason_to_its_page(app: Flask, world: World):
    olga = signed_in(app, "olga")
    idle_for(app, 12)
    for address in ("/live/", "/login/"):  # the browser follows, with the same headers
        olga.get(address, headers={POLL: "idle"})
    assert "because you were away" in olga.get(olga.get("/dashboard/").location).text


def test_signing_out_leaves_other_browsers_signed_in(app: Flask, world: World):
    one, other = signed_in(app, "olga"), signed_in(app, "olga")
    one.sign_out()
    assert one.get("/dashboard/").location == SIGN_IN
    assert other.get("/dashboard/").status_code == 200


def test_signing_in_again_ends_the_session_that_the_browser_had(app: Flask, world: World):
    olga = signed_in(app, "olga")
    with olga.client.session_transaction() as cookie:
        before = cookie["key"]
        del cookie["_user_id"]
    olga.sign_in("olga")
    assert number_of_sessions(app) == 1
    with olga.client.session_transaction() as cookie:
        assert len(cookie["key"]) >= 43  # 256 bits
        assert cookie["key"] != before


def test_the_account_lists_its_sessions_and_ends_one(app: Flask, world: World):
    at_home, here = with_firefox(app, "olga"), signed_in(app, "olga")
    page = here.get("/account/").text
    assert "Firefox 145 on Windows" in page
    assert page.count("this one") == 1
    (ends,) = re.findall(r'href="(/account/sessions/\d+)"', page)
    assert "The session of <strong>Firefox 145 on Windows</strong> at 127.0.0.1 ends." in here.get(ends).text
    assert here.post(ends, {"password": PASSWORD}).location == "/account/"
    assert "1 session was ended" in here.get("/account/").text
    assert at_home.get("/dashboard/").location == SIGN_IN
    assert here.get("/dashboard/").status_code == 200


def test_the_account_ends_all_sessions_but_its_own(app: Flask, world: World):
    others, here = [signed_in(app, "olga") for _ in range(2)], signed_in(app, "olga")
    here.post("/account/sessions/", {"password": PASSWORD})
    assert [other.get("/dashboard/").location for other in others] == [SIGN_IN, SIGN_IN]
    assert here.get("/dashboard/").status_code == 200


@pytest.mark.parametrize("password", ["", "not the password"])
def test_who_finds_a_browser_open_signs_its_owner_out_nowhere_else(app: Flask, world: World, password: str):
    at_home, here = signed_in(app, "olga"), signed_in(app, "olga")
    (one,) = re.findall(r'href="(/account/sessions/\d+)"', here.get("/account/").text)
    for address in (one, "/account/sessions/"):
        answer = here.post(address, {"password": password})
        assert (answer.status_code, "This is not your password." in answer.text) == (400, True)
    assert at_home.get("/dashboard/").status_code == 200


def test_who_guesses_the_password_of_an_open_browser_waits(app: Flask, world: World):
    here = signed_in(app, "olga")
    answers = [here.post("/account/sessions/", {"password": f"guess {number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert here.post("/account/sessions/", {"password": PASSWORD}).status_code == 429


def test_nobody_ends_a_session_of_another_account(app: Flask, world: World):
    victor, olga = signed_in(app, "victor"), signed_in(app, "olga")
    with reading(database_of(app), ALL_TENANTS) as session:
        theirs = session.scalars(
            select(OperatorSession.id).join(Operator).where(Operator.username == "victor")
        ).one()
    assert olga.get(f"/account/sessions/{theirs}").location == "/account/"
    assert olga.post(f"/account/sessions/{theirs}", {"password": PASSWORD}).location == "/account/"
    assert "That session has ended already." in olga.get("/account/").text
    assert victor.get("/dashboard/").status_code == 200


def test_who_administers_sees_and_ends_the_sessions_of_an_account(app: Flask, world: World):
    olga, alice = with_firefox(app, "olga"), signed_in(app, "alice")
    with reading(database_of(app), ALL_TENANTS) as session:
        account = session.scalars(select(Operator.id).where(Operator.username == "olga")).one()
    assert "Firefox 145 on Windows" in alice.get(f"/operators/show/{account}").text
    assert alice.post(f"/operators/sessions/{account}/").location == f"/operators/show/{account}"
    assert olga.get("/dashboard/").location == SIGN_IN
    with reading(database_of(app), ALL_TENANTS) as session:
        said = session.scalars(select(JournalEntry.text).where(JournalEntry.action == "sessions ended")).one()
    assert said == "alice signed olga out: 1 session was ended."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["", "x", "ü" * 50, 7, None])
def test_a_cookie_with_another_key_is_nobodys(app: Flask, world: World, key: object):
    olga = signed_in(app, "olga")
    with olga.client.session_transaction() as cookie:
        cookie["key"] = key
    assert olga.get("/dashboard/").location == SIGN_IN


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_page_knows_how_long_a_session_lasts_without_use(app: Flask, world: World):
    assert 'data-idle-seconds="600"' in signed_in(app, "olga").get("/dashboard/").text
    assert "data-idle-seconds" not in Browser(app).get("/login/").text
