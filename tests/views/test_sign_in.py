"""Signing in and out, and what is open to those who have not."""

import logging
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.security import check_password_hash, generate_password_hash

from app.models import Operator
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from app.views import password_hashes
from app.views.password_hashes import METHOD
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import FAST_HASH, PASSWORD, World


def test_signing_in_leads_to_the_dashboard_and_warns_of_nothing(
    app: Flask, world: World, caplog: pytest.LogCaptureFixture
):
    answer = Browser(app).sign_in("alice")
    assert (answer.status_code, answer.location) == (302, "/")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_signing_in_leads_to_the_page_that_was_wanted(app: Flask, world: World):
    wanted = Browser(app).get("/alarms/?severity=critical")
    assert wanted.status_code == 302
    answer = Browser(app).sign_in("alice", address=wanted.location)
    assert answer.location == "/alarms/?severity=critical"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ],
)
def test_signing_in_never_leads_to_another_place(app: Flask, world: World, elsewhere: str):
    browser = Browser(app)
    form = {"username": "alice", "password": "pass_1234", "csrf_token": browser.token()}
    answer = browser.client.post("/login/", query_string={"next": elsewhere}, data=form)
    reached = urlsplit(urljoin("http://localhost/login/", answer.location))
    assert (reached.scheme, reached.netloc) == ("http", "localhost")


def test_a_wrong_password_is_answered_like_an_unknown_name(app: Flask, world: World):
    pages = []
    for name in ("alice", "mallory"):
        browser = Browser(app)
        assert browser.sign_in(name, "wrong password").location.startswith("/login/")
        pages.append(browser.get("/login/").text)
    assert "That username and password do not match" in pages[0]
    assert "That username and password do not match" in pages[1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "password"), [("alice", PASSWORD), ("alice", "wrong"), ("mallory", "wrong")]
)
def test_phones_report_while_a_password_is_checked(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, name: str, password: str
):
    checked = []

    def check(stored: str, given: str) -> bool:
        with database_of(app).writer.begin() as connection:
            checked.append(connection.scalar(text("SELECT 1")))
        return check_password_hash(stored, given)

    monkeypatch.setattr("flask_appbuilder.security.manager.check_password_hash", check)
    answer = Browser(app).sign_in(name, password)
    assert (answer.location == "/", checked) == (password == PASSWORD, [1])


def hash_of_alice(app: Flask) -> str:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Operator.password).where(Operator.username == "alice")).one()


def test_a_hash_of_before_is_made_anew_with_the_right_password(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.config, "FAB_PASSWORD_HASH_METHOD", METHOD)
    before = hash_of_alice(app)
    Browser(app).sign_in("alice", "wrong password")
    assert hash_of_alice(app) == before
    assert Browser(app).sign_in("alice").location == "/"
    anew = hash_of_alice(app)
    assert anew.startswith("scrypt:32768:8:3$")
    assert check_password_hash(anew, PASSWORD)
    assert Browser(app).sign_in("alice").location == "/"
    assert hash_of_alice(app) == anew


def test_a_password_that_is_set_while_the_hash_is_made_anew_counts(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
):
    def hash_slowly(password: str, method: str) -> str:
        with database_of(app).writer.begin() as connection:
            connection.execute(
                update(Operator).where(Operator.username == "alice").values(password="another")
            )
        return generate_password_hash(password, method=FAST_HASH)

    monkeypatch.setitem(app.config, "FAB_PASSWORD_HASH_METHOD", METHOD)
    monkeypatch.setattr("app.views.password_hashes.generate_password_hash", hash_slowly)
    Browser(app).sign_in("alice")
    assert hash_of_alice(app) == "another"


def test_a_name_of_nobody_costs_the_same_hash():
    nobodys = password_hashes.CONFIGURATION["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
    assert nobodys.startswith(f"{METHOD}$")
    assert len(nobodys.split("$")[2]) == 128


def test_sign_ins_are_counted(app: Flask, world: World):
    for password in ("wrong", "wrong", PASSWORD, "wrong"):
        Browser(app).sign_in("alice", password)
    with reading(database_of(app), ALL_TENANTS) as session:
        alice = session.scalars(select(Operator).where(Operator.username == "alice")).one()
        assert (alice.login_count, alice.fail_login_count) == (1, 1)


def test_signing_out_ends_a_session_that_was_copied(app: Flask, world: World):
    browser = signed_in(app, "alice")
    copied = Browser(app)
    copied.client.set_cookie("session", browser.client.get_cookie("session").value)
    assert copied.get("/dashboard/").status_code == 200
    browser.sign_out()
    assert copied.get("/dashboard/").location == "/login/?next=%2Fdashboard%2F"


def test_to_open_the_address_signs_nobody_out_and_its_button_does(app: Flask, world: World):
    browser = signed_in(app, "alice")
    page = browser.get("/logout/")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "You are signed in as <strong>alice</strong>" in page.text
    assert browser.client.post("/logout/").status_code == 400
    assert browser.get("/dashboard/").status_code == 200
    assert browser.sign_out().location == "/login/"
    assert browser.get("/dashboard/").status_code == 302
    assert browser.get("/logout/").location == "/login/"


def test_whose_browser_has_forgotten_the_session_signs_out_of_nothing(app: Flask, world: World):
    browser = signed_in(app, "alice")
    token = browser.token()
    browser.client.delete_cookie("session")
    answer = browser.client.post("/logout/", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/login/")


def test_signing_in_without_a_token_is_refused(app: Flask, world: World):
    answer = Browser(app).client.post("/login/", data={"username": "alice", "password": "pass_1234"})
    assert answer.status_code == 400


def test_an_account_that_is_switched_off_is_signed_out(sign_in: SignIn, world: World):
    alice, victor = sign_in("alice"), sign_in("victor")
    accounts = alice.get("/operators/list/?q=victor").text
    edit = accounts.partition("/operators/edit/")[2].partition('"')[0]
    role = (
        alice.get(f"/operators/edit/{edit}")
        .text.partition("> Monitor")[0]
        .rpartition('value="')[2]
        .partition('"')[0]
    )
    form = {
        "username": "victor",
        "first_name": "V",
        "last_name": "L",
        "email": "v@example.com",
        "roles": role,
    }
    assert alice.post(f"/operators/edit/{edit}", form).status_code == 302
    assert victor.get("/dashboard/").location.startswith("/login/")


@pytest.mark.parametrize("address", ["/ipp", "/ipp/"])
def test_the_address_of_the_phone_manager_leads_to_the_sign_in_page(visitor: Browser, address: str):
    assert visitor.get(address).location == "/login/"


def test_the_bare_address_leads_to_the_dashboard(people: dict[str, Browser]):
    assert people["victor"].get("/").location == "/dashboard/"


def test_the_sign_in_page_loads_nothing_from_elsewhere(visitor: Browser):
    page = visitor.get("/login/").text
    assert "http://" not in page
    assert "https://" not in page
