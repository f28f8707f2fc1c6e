"""A second factor: set up on one's own account, asked for at sign-in, demanded, and reset."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operator
from app.security import totp
from app.security.tenant_scope import ALL_TENANTS
from app.services.sign_in_limit import WRONG_CODES
from app.transaction import reading
from app.views import license_guard
from tests import licensed
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of, fill
from tests.views.world import NOW, PASSWORD, World

PAGE = "/account/second-factor/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands until the test moves it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def set_up(browser: Browser, clock: time_machine.Traveller) -> tuple[str, list[str]]:
    """Set the second factor up; return its secret and its recovery codes, when the next code may be given."""
    assert browser.post(f"{PAGE}begin").location == PAGE
    page = browser.get(PAGE).text
    assert "<svg viewBox=" in page
    secret = re.search(r'id="secret" value="([A-Z2-7]{32})"', page)[1]
    form = {"code": code(secret), "password": PASSWORD}
    page = browser.post(f"{PAGE}confirm", form).text
    codes = re.findall(r"(?:\d{5}-){6}\d{5}", page)
    clock.shift(totp.SECONDS)
    return secret, codes


def code(secret: str) -> str:
    """Return what the app shows now."""
    return totp.code_at(secret, datetime.now(UTC))


def journal_of(app: Flask) -> str:
    with reading(database_of(app), ALL_TENANTS) as session:
        return "\n".join(session.scalars(select(JournalEntry.text)))


def demand(app: Flask, whose: str) -> None:
    settings = app.extensions["ringmaster_settings"]
    app.extensions["ringmaster_settings"] = dataclasses.replace(settings, second_factor=whose)


def test_the_code_is_asked_for_on_a_second_page_and_nothing_is_open_before(
    app: Flask, world: World, clock: time_machine.Traveller
):
    secret, codes = set_up(signed_in(app, "olga"), clock)
    assert len(codes) == 10
    olga = Browser(app)
    assert olga.sign_in("olga", address="/login/?next=/users/").location == "/login/code/"
    for address in ("/", "/dashboard/", "/account/", PAGE, "/live/"):
        assert olga.get(address).location.startswith("/login/?next="), address
    page = olga.get("/login/code/").text
    assert 'autocomplete="one-time-code"' in page
    assert secret not in page
    assert "not right" in olga.post("/login/code/", {"code": "000000"}).text
    assert olga.post("/login/code/", {"code": code(secret)}).location == "/users/"
    assert olga.get("/dashboard/").status_code == 200
    assert olga.get("/login/code/").location == "/login/"
    told = journal_of(app)
    assert "olga turned the second factor on." in told
    assert "Somebody gave the password of olga and a wrong code." in told
    assert told.count("olga signed in.") == 2
    assert secret not in told


def test_a_code_lets_in_once(app: Flask, world: World, clock: time_machine.Traveller):
    secret, _ = set_up(signed_in(app, "olga"), clock)
    seen = code(secret)
    for answer in (302, 200):
        olga = Browser(app)
        olga.sign_in("olga")
        assert olga.post("/login/code/", {"code": seen}).status_code == answer


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(
    app: Flask, world: World, clock: time_machine.Traveller
):
    _, codes = set_up(signed_in(app, "olga"), clock)
    olga = Browser(app)
    olga.sign_in("olga")
    assert olga.post("/login/code/", {"code": codes[0]}).location == "/"
    assert "9 are left" in olga.get("/dashboard/").text
    olga = Browser(app)
    olga.sign_in("olga")
    assert "not right" in olga.post("/login/code/", {"code": codes[0]}).text


def test_the_time_for_a_code_ends(app: Flask, world: World, clock: time_machine.Traveller):
    secret, _ = set_up(signed_in(app, "olga"), clock)
    olga = Browser(app)
    olga.sign_in("olga")
    clock.shift(301)
    answer = olga.client.post("/login/code/", data={"code": code(secret), "csrf_token": olga.token()})
    assert answer.location == "/login/"
    assert "time for the code is over" in olga.get("/login/").text


def test_a_new_password_ends_a_sign_in_that_is_half_done(
    app: Flask, world: World, clock: time_machine.Traveller
):
    here = signed_in(app, "olga")
    secret, _ = set_up(here, clock)
    olga = Browser(app)
    olga.sign_in("olga")
    passwords = {"password": "nickel orchard wet 3", "conf_password": "nickel orchard wet 3"}
    assert here.post("/account/password/", {"old_password": PASSWORD, **passwords}).location == "/login/"
    assert olga.post("/login/code/", {"code": code(secret)}).location == "/login/"


def test_a_password_that_was_reset_lets_nobody_past_the_code(
    app: Flask, world: World, clock: time_machine.Traveller
):
    olga, alice = signed_in(app, "olga"), signed_in(app, "alice")
    set_up(olga, clock)
    with reading(database_of(app), ALL_TENANTS) as session:
        number = session.scalars(select(Operator.id).where(Operator.username == "olga")).one()
    passwords = {"password": "nickel orchard wet 3", "conf_password": "nickel orchard wet 3"}
    assert alice.post(f"/operators/password/{number}", passwords).status_code == 302
    anew = Browser(app)
    assert anew.sign_in("olga", "nickel orchard wet 3").location == "/login/code/"
    assert anew.get("/account/password/").location.startswith("/login/")


def test_who_guesses_codes_waits_however_often_he_gives_the_password(
    app: Flask, world: World, clock: time_machine.Traveller
):
    secret, _ = set_up(signed_in(app, "olga"), clock)
    olga = Browser(app)
    for _ in range(WRONG_CODES):
        olga.sign_in("olga")
        assert olga.post("/login/code/", {"code": "000000"}).status_code == 200
    elsewhere = Browser(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
    elsewhere.sign_in("olga")
    refused = elsewhere.post("/login/code/", {"code": code(secret)})
    assert refused.status_code == 429
    assert "Too many wrong codes" in refused.text
    assert signed_in(app, "hal").get("/dashboard/").status_code == 200


def test_turning_it_on_needs_the_password_and_ends_other_sessions(
    app: Flask, world: World, clock: time_machine.Traveller
):
    elsewhere, olga = signed_in(app, "olga"), signed_in(app, "olga")
    olga.post(f"{PAGE}begin")
    secret = re.search(r'id="secret" value="([A-Z2-7]{32})"', olga.get(PAGE).text)[1]
    refused = olga.post(f"{PAGE}confirm", {"code": code(secret), "password": "a guess"})
    assert (refused.status_code, "not your password" in refused.text) == (400, True)
    refused = olga.post(f"{PAGE}confirm", {"code": "000000", "password": PASSWORD})
    assert (refused.status_code, "not right" in refused.text) == (400, True)
    assert elsewhere.get("/dashboard/").status_code == 200
    olga.post(f"{PAGE}confirm", {"code": code(secret), "password": PASSWORD})
    assert elsewhere.get("/dashboard/").location.startswith("/login/")
    page = olga.get(PAGE).text
    assert secret not in page
    assert "10</strong> recovery codes are left" in page


def test_turning_it_off_and_new_recovery_codes_need_a_code(
    app: Flask, world: World, clock: time_machine.Traveller
):
    olga = signed_in(app, "olga")
    secret, codes = set_up(olga, clock)
    for deed in ("turn-off", "recovery-codes"):
        assert olga.post(f"{PAGE}{deed}", {"code": "000000"}).status_code == 400
    page = olga.post(f"{PAGE}recovery-codes", {"code": code(secret)}).text
    renewed = re.findall(r"(?:\d{5}-){6}\d{5}", page)
    assert len(renewed) == 10
    assert not set(renewed) & set(codes)
    assert olga.post(f"{PAGE}turn-off", {"code": renewed[0]}).location == PAGE
    assert Browser(app).sign_in("olga").location == "/"
    assert olga.post(f"{PAGE}turn-off", {"code": renewed[1]}).location == PAGE


@pytest.mark.parametrize(
    ("whose", "name", "has_to"),
    [("administrators", "alice", True), ("administrators", "hal", False), ("everybody", "hal", True)],
)
def test_where_it_is_demanded_nothing_else_opens(
    app: Flask, world: World, clock: time_machine.Traveller, whose: str, name: str, has_to: bool
):
    demand(app, whose)
    browser = signed_in(app, name)
    if not has_to:
        assert browser.get("/dashboard/").status_code == 200
        return
    for address in ("/dashboard/", "/account/", "/account/tokens/", "/live/", "/swagger/v1"):
        assert browser.get(address).location == PAGE, address
    assert browser.post("/account/sessions/").location == PAGE
    assert "asks your account for a second factor" in browser.get(PAGE).text
    set_up(browser, clock)
    assert browser.get("/dashboard/").status_code == 200


def test_it_is_set_up_before_an_expired_licence_is_replaced(
    app: Flask, world: World, clock: time_machine.Traveller
):
    with licensed.trusted():
        alice = signed_in(app, "alice")
        demand(app, "administrators")
        fill(app, licensed.install_expired)
        license_guard.begin(app)
        assert alice.get("/license/").location == PAGE
        assert alice.get(PAGE).status_code == 200
        set_up(alice, clock)
        assert alice.get(PAGE).location == "/license/"
        assert alice.get("/license/").status_code == 200


def test_who_administers_resets_the_second_factor_of_others(
    app: Flask, world: World, clock: time_machine.Traveller
):
    olga, alice = signed_in(app, "olga"), signed_in(app, "alice")
    set_up(olga, clock)
    with reading(database_of(app), ALL_TENANTS) as session:
        numbers = dict(session.execute(select(Operator.username, Operator.id)).all())
    assert "Reset second factor" in alice.get(f"/operators/show/{numbers['olga']}").text
    assert "Reset second factor" not in alice.get(f"/operators/show/{numbers['hal']}").text
    address = f"/operators/second-factor/{numbers['olga']}"
    assert signed_in(app, "oscar").post(address).status_code == 403
    assert alice.post(address).location == f"/operators/show/{numbers['olga']}"
    assert olga.get("/dashboard/").location.startswith("/login/")
    assert Browser(app).sign_in("olga").location == "/"
    assert "alice reset the second factor of olga" in journal_of(app)
    assert alice.post(address).status_code == 404
    set_up(alice, clock)
    own = alice.post(f"/operators/second-factor/{numbers['alice']}")
    assert own.status_code == 409
    assert "with a code" in own.text
