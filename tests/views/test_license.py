"""The page of the licence, and who is let in once it has expired."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import DeviceStatus, InstalledLicense, JournalEntry, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views import license_guard
from tests import licensed
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of, fill
from tests.views.world import ACME_WAITING_MAC, World

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
TODAY = datetime.now(UTC).date()
ONLY_ADMINISTRATORS = "Only an administrator can sign in, to install a new one"


@pytest.fixture(autouse=True)
def _issuer(app: Flask) -> Iterator[None]:
    with licensed.trusted():
        yield


@pytest.fixture
def expire(app: Flask) -> str:
    """Let the licence expire; the sentence that says so."""
    sentence = fill(app, licensed.install_expired)
    look_again(app)
    return sentence


def look_again(app: Flask) -> None:
    app.extensions[license_guard.WATCH].look_again()


def current_text(**said: str) -> str:
    """Return the file of a licence that counts today."""
    last_day = TODAY + timedelta(days=300)
    return licensed.license_text(**{"begin": str(TODAY - timedelta(days=1)), "until": str(last_day), **said})


def facts(page: str) -> dict[str, str]:
    """Return names and values of the properties, without marks."""
    found = {}
    for part in page.partition('class="facts license"')[2].partition("</dl>")[0].split("<dt>")[1:]:
        name, _, rest = part.partition("</dt><dd>")
        value = rest.partition("</dd>")[0]
        while "<" in value:
            before, _, after = value.partition("<")
            value = before + after.partition(">")[2]
        found[name] = " ".join(value.split())
    return found


class TestPage:
    def test_the_community_licence_is_unlimited(self, sign_in: SignIn) -> None:
        page = sign_in("victor").get("/license/").text
        assert facts(page) == {
            "Status": "Enabled",
            "Expiration Date": "Unlimited",
            "Days Left": "Unlimited",
            "Number of devices": "2 of any number",
        }
        assert "Install a licence" not in page

    def test_a_licence_is_shown_as_the_manual_has_it(self, app: Flask, world: World, sign_in: SignIn) -> None:
        fill(app, lambda session: licensed.install_current(session, devices="2"))
        with writing(database_of(app), ALL_TENANTS) as session:
            session.get_one(Tenant, world.globex).endpoint_licenses = 7
        page = sign_in("oscar").get("/license/").text
        shown = facts(page)
        assert shown["Expiration Date"] == f"{TODAY + timedelta(days=300):%d:%m:%y}"
        assert (shown["Status"], shown["Days Left"], shown["Number of devices"]) == (
            "Enabled",
            "300",
            "2 of 2",
        )
        assert "All devices of the licence are used: further phones are blocked." in page
        globex = page.partition(">Globex</a>")[2].partition("</tr>")[0]
        assert '<td class="num">7</td>' in globex

    @ON_SQLITE
    def test_one_whose_issuer_is_another_says_so(self, app: Flask, sign_in: SignIn) -> None:
        fill(app, licensed.install_current)
        browser = sign_in("alice")
        with licensed.trusted():
            pass  # nobody issues licences any more
        page = browser.get("/license/").text
        assert "does not count, and the community licence holds" in page
        assert "None is needed: nobody issues licences" in page


class TestInstalling:
    def test_pasted(self, app: Flask, sign_in: SignIn) -> None:
        browser = sign_in("alice")
        answer = browser.post("/license/install", {"text": current_text(holder="Acme & Sons")})
        assert (answer.status_code, answer.location) == (303, "/license/")
        assert "The licence L-1 of Acme &amp; Sons is installed." in browser.get("/license/").text
        with reading(database_of(app), ALL_TENANTS) as session:
            entry = session.scalars(
                select(JournalEntry).where(JournalEntry.action == "license installed")
            ).one()
            assert (entry.actor, entry.subject) == ("alice", "L-1")

    @ON_SQLITE
    def test_as_a_file(self, app: Flask, sign_in: SignIn) -> None:
        file = (io.BytesIO(current_text().encode()), "licence.txt")
        assert sign_in("alice").post("/license/install", {"file": file}).status_code == 303
        with reading(database_of(app), ALL_TENANTS) as session:
            assert session.get(InstalledLicense, 1).installed_by == "alice"

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("form", "status", "sentence"),
        [
            ({"text": "  "}, 400, "Choose the file of the licence, or paste its text."),
            ({"text": "<b>hello</b>"}, 400, "its first line should be"),
            ({"file": (io.BytesIO(b"\xff\xfe"), "x")}, 400, "the file is no text in UTF-8."),
            ({"text": current_text(until=str(TODAY - timedelta(days=1)))}, 409, "Nothing was changed"),
        ],
        ids=["nothing", "another text", "no text", "expired"],
    )
    def test_what_will_not_do_is_told_at_the_form(
        self, sign_in: SignIn, form: dict[str, object], status: int, sentence: str
    ) -> None:
        answer = sign_in("alice").post("/license/install", form)
        assert (answer.status_code, sentence in answer.text) == (status, True)
        assert "<b>hello" not in answer.text


@pytest.mark.usefixtures("world")
class TestExpired:
    def test_an_administrator_gets_to_the_page_of_the_licence_and_out(self, app: Flask, expire: str) -> None:
        browser = Browser(app)
        assert expire in browser.get("/login/").text
        assert browser.sign_in("alice").status_code == 302
        for address in ("/", "/dashboard/", "/users/", "/devices/multiple/", "/account/password/"):
            answer = browser.get(address)
            assert (answer.status_code, answer.location) == (303, "/license/")
        assert facts(browser.get("/license/").text)["Status"] == "Disabled"
        assert facts(browser.get("/license/").text)["Days Left"].startswith("-2")
        assert browser.sign_out().status_code == 302

    @pytest.mark.parametrize("name", ["oscar", "hal", "vera"])
    def test_nobody_else_can_sign_in_and_is_told_why(self, app: Flask, expire: str, name: str) -> None:
        browser = Browser(app)
        assert browser.sign_in(name).location.startswith("/login/")
        page = browser.get("/login/").text
        assert f"{expire} {ONLY_ADMINISTRATORS}" in page
        assert browser.get("/devices-status/").location.startswith("/login/")
        with reading(database_of(app), ALL_TENANTS) as session:
            noted = select(JournalEntry.text).where(JournalEntry.action == "sign-in refused")
            assert session.scalars(noted).all() == [f"{name} was not let in: the licence has expired."]

    @ON_SQLITE
    @pytest.mark.usefixtures("expire")
    def test_a_wrong_password_is_told_as_ever(self, app: Flask) -> None:
        browser = Browser(app)
        browser.sign_in("oscar", "wrong")
        page = browser.get("/login/").text
        assert "do not match" in page
        assert ONLY_ADMINISTRATORS not in page

    def test_open_sessions_end_there_and_go_on_with_a_new_licence(self, app: Flask, sign_in: SignIn) -> None:
        alice, oscar = sign_in("alice"), sign_in("oscar")
        form = {"csrf_token": alice.token(), "language": "German"}
        sentence = fill(app, licensed.install_expired)
        look_again(app)
        refused = oscar.get("/users/")
        assert (refused.status_code, sentence in refused.text) == (403, True)
        assert "/users/" not in refused.text, "no menu leads to pages that do not open"
        assert alice.client.post("/system-settings/", data=form).location == "/license/"
        assert install_on_the_page(alice).status_code == 303
        assert (oscar.get("/users/").status_code, alice.get("/users/").status_code) == (200, 200)

    @ON_SQLITE
    def test_scripts_are_told_in_their_words(self, app: Flask, sign_in: SignIn) -> None:
        oscar = sign_in("oscar")
        sentence = fill(app, licensed.install_expired)
        look_again(app)
        answer = oscar.get("/dashboard/figures", headers={"Accept": "application/json"})
        assert answer.status_code == 403
        assert answer.json["refused"].startswith(sentence)


def install_on_the_page(browser: Browser) -> TestResponse:
    """Install a licence from the page on which an administrator has ended up."""
    token = browser.get("/license/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return browser.client.post("/license/install", data={"text": current_text(), "csrf_token": token})


class TestHomePage:
    def test_blocked_phones_are_told_to_those_who_see_them(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with writing(database_of(app), ALL_TENANTS) as session:
            session.get_one(DeviceStatus, ACME_WAITING_MAC).is_blocked = True
        page = sign_in("olga").get("/dashboard/").text
        assert "One phone is blocked" in page
        assert 'href="/license/"' not in page
        assert 'href="/license/"' in sign_in("alice").get("/dashboard/figures").text
        listed = sign_in("olga").get("/devices-status/?approval=blocked").text
        assert ACME_WAITING_MAC in listed
        assert ">blocked</span>" in listed
        with writing(database_of(app), ALL_TENANTS) as session:
            session.get_one(DeviceStatus, ACME_WAITING_MAC).tenant_id = world.globex
        assert "blocked:" not in sign_in("olga").get("/dashboard/").text

    @ON_SQLITE
    def test_a_licence_that_ends_or_fills_up_is_announced(self, app: Flask, sign_in: SignIn) -> None:
        until = TODAY + timedelta(days=1)
        fill(
            app,
            lambda session: licensed.install(
                session, begin=str(TODAY - timedelta(days=30)), until=str(until)
            ),
        )
        page = sign_in("victor").get("/dashboard/").text
        assert "The licence ends tomorrow." in page
        assert "The licence ends" not in sign_in("olga").get("/dashboard/").text
