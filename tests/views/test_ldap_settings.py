"""LDAP Configuration and LDAP Test: what is saved, what a search with it finds, and who may do what."""

import re
import threading
from html import unescape

import pytest
from flask import Flask

from app.models import SystemSetting
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.transaction import reading, writing
from app.views.web_session import db
from tests.directory.silent_server import silent_server
from tests.slapd import BASE, READER, READER_PASSWORD, Slapd
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of

LDAP, TRY, TEST = "/system-settings/ldap/", "/system-settings/ldap/try", "/ldap-test/"


def form_for(slapd: Slapd) -> dict[str, str]:
    return {
        "ldap_active": "1",
        "ldap_server": "localhost",
        "ldap_port": str(slapd.port),
        "ldap_user": READER,
        "ldap_password": READER_PASSWORD,
        "ldap_base": BASE,
        "ldap_display_name": "%sn, %givenName",
        "ldap_number_attributes": "telephoneNumber Mobile",
        "ldap_security": "starttls",
        "ldap_certificates": slapd.certificate,
    }


def listed(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="phone-list__name">([^<]*)<', page)]


def read_texts(app: Flask) -> dict[str, str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return settings.read_texts(session)


def test_settings_go_into_the_files_of_phones_when_they_are_generated(
    app: Flask, sign_in: SignIn, slapd: Slapd
):
    oscar = sign_in("oscar")
    assert oscar.post(LDAP, form_for(slapd)).status_code == 302
    page = oscar.get("/system-settings/dhcp-option/?tenant=Acme&model=430HD&train=generic").text
    for line in (
        "system/ldap/enabled=1",
        "system/ldap/server_address=localhost",
        f"system/ldap/base={BASE}",
        "system/ldap/display_name=%sn, %givenName",
        "system/ldap/max_hits=50",
    ):
        assert line in unescape(page)
    assert READER_PASSWORD not in page


def test_the_password_is_shown_to_nobody_and_stays_where_it_is_left_empty(
    app: Flask, sign_in: SignIn, slapd: Slapd
):
    alice = sign_in("alice")
    alice.post(LDAP, form_for(slapd))
    assert READER_PASSWORD not in alice.get(LDAP).text
    assert "left empty, it stays" in alice.get(LDAP).text
    alice.post(LDAP, {"ldap_password": "", "ldap_max_hits": "20"})
    assert read_texts(app)["ldap_password"] == READER_PASSWORD
    alice.post(LDAP, {"ldap_password": "", "ldap_password.remove": "y"})
    assert read_texts(app)["ldap_password"] == ""


class TestAsTyped:
    def test_people_are_listed_as_a_phone_shows_them_and_nothing_is_saved(
        self, app: Flask, sign_in: SignIn, slapd: Slapd
    ):
        before = read_texts(app)
        page = sign_in("oscar").post(TRY, {**form_for(slapd), "search_for": "bla"}).text
        assert listed(page) == ["Black, Mike", "Blacksmith (Ben*), Ben", "Blackwell, Ann"]
        assert "+49170100" in page
        assert "(|(sn=bla*)(givenname=bla*)(displayname=bla*))" in page
        assert READER_PASSWORD not in page
        assert f'value="{BASE}"' in page
        assert read_texts(app) == before

    def test_a_number_is_found_with_its_codes(self, sign_in: SignIn, slapd: Slapd):
        form = {
            "ldap_country_code": "+49",
            "ldap_area_code": "30",
            "search_by": "number",
            "search_for": "101",
        }
        assert listed(sign_in("oscar").post(TRY, {**form_for(slapd), **form}).text) == ["Blackwell, Ann"]

    def test_what_was_typed_is_escaped(self, sign_in: SignIn, slapd: Slapd):
        page = sign_in("oscar").post(TRY, {**form_for(slapd), "search_for": "*)(uid=*"}).text
        assert listed(page) == []
        assert r"(sn=\2a\29\28uid=\2a*)" in page

    def test_more_than_a_phone_takes_are_cut_off(self, sign_in: SignIn, slapd: Slapd):
        page = (
            sign_in("oscar").post(TRY, {**form_for(slapd), "ldap_max_hits": "5", "search_for": "number"}).text
        )
        assert len(listed(page)) == 5
        assert "and there are more" in page

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"ldap_password": "wrong"}, "refuses the user name or the password"),
            ({"ldap_name_filter": "(sn=%"}, "cannot be read"),
            ({"ldap_base": "dc=nowhere"}, "There is no dc=nowhere"),
            ({"ldap_port": "1"}, "cannot be reached"),
            ({"ldap_certificates": ""}, "is not trusted"),
            ({"ldap_server": "http://localhost"}, "is no address of an LDAP server"),
            ({"ldap_server": "", "ldap_active": "0"}, "No LDAP server is set"),
            ({"ldap_name_attributes": "s(n"}, "is no attribute"),
        ],
    )
    def test_what_goes_wrong_is_said_in_a_sentence(
        self, sign_in: SignIn, slapd: Slapd, typed: dict[str, str], says: str
    ):
        page = sign_in("oscar").post(TRY, {**form_for(slapd), **typed, "search_for": "a"})
        assert page.status_code == 200
        assert says in unescape(page.text)

    def test_a_setting_that_will_not_do_is_refused_at_its_field(self, sign_in: SignIn, slapd: Slapd):
        answer = sign_in("oscar").post(TRY, {**form_for(slapd), "ldap_max_hits": "5000"})
        assert answer.status_code == 400
        assert "a whole number from 1 to 1000" in answer.text

    @pytest.mark.parametrize(
        "another_way",
        [
            {"ldap_server": "127.0.0.1"},
            {"ldap_port": "3890"},
            {"ldap_security": "plain"},
            {"ldap_certificates": ""},
        ],
    )
    def test_the_password_that_is_kept_is_sent_no_other_way(
        self, sign_in: SignIn, slapd: Slapd, another_way: dict[str, str]
    ):
        oscar = sign_in("oscar")
        oscar.post(LDAP, form_for(slapd))
        assert listed(oscar.post(TRY, {"ldap_password": "", "search_for": "white"}).text) == ["White, Zoe"]
        page = oscar.post(TRY, {"ldap_password": "", "search_for": "white", **another_way}).text
        assert "Type the password for this test" in page
        assert listed(page) == []


class TestForMonitors:
    @pytest.mark.parametrize("name", ["victor", "vera", "oscar", "olga"])
    def test_the_settings_that_are_saved_are_tested(self, sign_in: SignIn, slapd: Slapd, name: str):
        sign_in("alice").post(LDAP, form_for(slapd))
        page = sign_in(name).post(TEST, {"search_for": "white", "ldap_server": "elsewhere"}).text
        assert listed(page) == ["White, Zoe"]
        assert READER_PASSWORD not in page
        assert READER not in page

    def test_without_a_server_it_says_what_is_missing(self, people: dict[str, Browser]):
        page = people["vera"].post(TEST, {"search_for": "a"}).text
        assert "No LDAP server is set" in page
        assert "LDAP is disabled" in page

    def test_they_see_no_settings_and_helpdesk_sees_nothing(self, people: dict[str, Browser]):
        for name in ("victor", "vera"):
            assert people[name].get(LDAP).status_code == 403
            assert people[name].post(TRY, {"ldap_server": "elsewhere"}).status_code == 403
            assert 'href="/ldap-test/"' in people[name].get("/dashboard/").text
        assert people["hal"].post(TEST).status_code == 403


def test_a_search_holds_neither_transaction_nor_write_lock(app: Flask, sign_in: SignIn):
    oscar = sign_in("oscar")
    oscar.post(LDAP, {"ldap_server": "127.0.0.1", "ldap_search_timeout": "3"})
    with silent_server() as (port, arrived):
        form = {"ldap_port": str(port), "search_for": "a"}
        searching = threading.Thread(target=oscar.post, args=(TRY, form))
        searching.start()
        assert arrived.acquire(timeout=20)
        with app.app_context():
            assert db.engine.pool.checkedout() == 0
        with writing(database_of(app), ALL_TENANTS) as session:
            session.merge(SystemSetting(name="language", value="written meanwhile"))
        assert searching.is_alive()
        searching.join()
