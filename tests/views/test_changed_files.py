"""What Generate would change, as people see it: the list, the bar's questions, differences, and generating."""

import re
from collections.abc import Mapping
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import ConfigFile, ConfigTemplate, Device, JournalEntry, Operation, OperationTarget
from app.rendering.secret_parameters import MASK
from app.security.tenant_scope import ALL_TENANTS
from app.services import changed_files, config_files
from app.transaction import reading, writing
from tests.factories import make_placeholder
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

LIST = "/changed-files/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def company(app: Flask, world: World) -> World:
    """Two phones, one of Acme and one of Globex, of one template, with their files."""
    with writing(database_of(app), ALL_TENANTS) as session:
        template = session.scalars(
            select(ConfigTemplate).where(ConfigTemplate.name == "Audiocodes_450HD")
        ).one()
        devices = session.scalars(select(Device)).all()
        for device in devices:
            device.template = template
        session.flush()
        config_files.generate_many(session, [device.id for device in devices], now=NOW)
    return world


@pytest.fixture
def changed(app: Flask, company: World) -> str:
    """Give all phones of Acme another language and password; return the name of the change of the language."""
    with writing(database_of(app), ALL_TENANTS) as session:
        make_placeholder(session, "Language", "German", tenant_id=company.acme)
        make_placeholder(session, "IPPhonePassword", "open-sesame", tenant_id=company.acme)
    return f"placeholder.tenant.{company.acme}.Language"


def count(browser: Browser, **asked: str) -> Mapping[str, int]:
    answer = browser.get(f"{LIST}count", query_string=asked, headers=JSON)
    assert answer.status_code == 200, answer.text
    found: Mapping[str, int] = answer.json
    return found


def generate(browser: Browser, **fields: str) -> Mapping[str, int]:
    form = {"csrf_token": browser.token(), **fields}
    answer = browser.client.post(f"{LIST}generate", data=form, headers=JSON)
    assert answer.status_code == 200, answer.text
    found: Mapping[str, int] = answer.json
    return found


class TestList:
    def test_it_names_the_change_and_the_phones(self, changed: str, sign_in: SignIn):
        page = sign_in("olga").get(LIST, query_string={"change": changed}).text
        assert "%ITCS_Language% of the tenant Acme." in page
        assert ACME_MAC in page
        assert GLOBEX_MAC not in page
        assert "changes the file" in page

    @pytest.mark.usefixtures("changed")
    def test_without_a_change_it_lists_whatever_is_behind(self, sign_in: SignIn):
        assert ACME_MAC in sign_in("oscar").get(LIST).text

    def test_a_search_that_finds_nobody_says_so(self, changed: str, sign_in: SignIn):
        olga = sign_in("olga")
        assert ACME_MAC in olga.get(LIST, query_string={"change": changed, "q": "anna"}).text
        page = olga.get(LIST, query_string={"change": changed, "q": "gina"}).text
        assert "No file of a phone that matches would change" in page

    @pytest.mark.usefixtures("changed")
    def test_behind_the_last_phone_is_a_way_back(self, sign_in: SignIn):
        page = sign_in("olga").get(LIST, query_string={"after": ACME_MAC}).text
        assert "No more phones" in page
        assert "First page" in page

    @pytest.mark.usefixtures("changed")
    def test_a_page_ends_with_the_next_one(
        self, app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(changed_files, "LOOK", 1)
        with writing(database_of(app), ALL_TENANTS) as session:
            make_placeholder(session, "SRTP", "1")
        page = sign_in("oscar").get(f"{LIST}?size=1").text
        assert "&amp;after=" in page or "?size=1&after=" in page.replace("&amp;", "&")

    @pytest.mark.usefixtures("changed")
    def test_who_may_not_generate_is_not_offered_it_and_helpdesk_compares_nothing(self, sign_in: SignIn):
        pages = {name: sign_in(name).get(LIST).text for name in ("olga", "vera", "helen")}
        assert {name for name, page in pages.items() if "/changed-files/generate" in page} == {"olga"}
        assert {name for name, page in pages.items() if f"/changed-files/phone/{ACME_MAC}/" in page} == {
            "olga",
            "vera",
        }
        assert all(ACME_MAC in page for page in pages.values())


class TestQuestions:
    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ({"change": "everything"}, 400),
            ({"change": "template.0"}, 400),
            ({"change": ["daylight"] * 2 + ["lines.tenant.x"]}, 400),
            ({"change": [f"placeholder.system.P_{number}" for number in range(101)]}, 400),
            ({"change": "template.2147483647"}, 404),
            ({"after": "00908f"}, 400),
            ({"after": "' OR 1=1"}, 400),
        ],
    )
    def test_what_cannot_be_asked_is_refused_in_a_sentence(
        self, people: dict[str, Browser], asked: Mapping[str, object], status: int
    ):
        for address in (LIST, f"{LIST}count"):
            answer = people["alice"].get(address, query_string=asked, headers=JSON)
            assert answer.status_code == status
            assert answer.json["refused"].endswith(".")
        form = {**asked, "csrf_token": people["alice"].token()}
        assert people["alice"].client.post(f"{LIST}generate", data=form).status_code == status

    def test_nobody_asks_about_what_is_another_tenants(self, people: dict[str, Browser], shared_world: World):
        theirs = (
            f"placeholder.tenant.{shared_world.globex}.Language",
            f"placeholders.site.{shared_world.globex_site}",
            f"lines.tenant.{shared_world.globex}",
            f"template.{shared_world.globex_template}",
        )
        for name in theirs:
            for address in (LIST, f"{LIST}count"):
                assert people["olga"].get(address, query_string={"change": name}).status_code == 404, name
                assert people["oscar"].get(address, query_string={"change": name}).status_code == 200, name
        assert people["olga"].get(f"{LIST}phone/{GLOBEX_MAC}/").status_code == 404
        assert people["olga"].get(f"{LIST}shared/{shared_world.globex_template}").status_code == 404

    def test_a_count_says_how_many_of_how_many(self, changed: str, company: World, sign_in: SignIn):
        found = count(sign_in("olga"), change=changed)
        assert found == {"changed": 1, "compared": 1, "concerned": 1, "shared": 0, "after": ""}
        assert count(sign_in("olga"), change=f"lines.site.{company.acme_site}")["changed"] == 1
        assert count(sign_in("oscar"), change=f"lines.tenant.{company.globex}")["changed"] == 0

    @pytest.mark.usefixtures("changed")
    def test_steps_follow_one_another(self, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(changed_files, "LOOK", 1)
        oscar = sign_in("oscar")
        first = count(oscar)
        second = count(oscar, after=str(first["after"]))
        assert first["concerned"] == 2
        assert "concerned" not in second
        assert [first["changed"] + second["changed"], first["compared"], second["after"]] == [1, 1, ""]


class TestDifferences:
    @pytest.mark.usefixtures("changed")
    def test_a_changed_secret_is_told_and_shown_to_those_who_may_see_it_and_ask(self, sign_in: SignIn):
        address = f"{LIST}phone/{ACME_MAC}/"
        page = sign_in("vera").get(address).text
        assert "personal_settings/language=German" in page
        assert f"system/password={MASK}" in page
        shown = {
            name
            for name in ("olga", "vera")
            if "open-sesame" in sign_in(name).get(f"{address}?secrets=shown").text
        }
        assert shown == {"olga"}
        assert "open-sesame" not in sign_in("olga").get(address).text

    def test_its_way_back_is_the_list_it_came_from(self, changed: str, sign_in: SignIn):
        page = sign_in("olga").get(f"{LIST}phone/{ACME_MAC}/", query_string={"change": changed}).text
        assert f'href="{LIST}?change={changed}"' in page

    @pytest.mark.usefixtures("company")
    def test_a_file_that_stays_says_so(self, sign_in: SignIn):
        page = sign_in("olga").get(f"{LIST}phone/{ACME_MAC}/").text
        assert "the file is as Generate would write it" in page

    def test_a_file_that_phones_share_is_compared_too(self, company: World, sign_in: SignIn):
        page = sign_in("olga").get(f"{LIST}shared/{company.acme_template}")
        assert page.status_code == 200


class TestGenerating:
    @pytest.mark.usefixtures("changed")
    def test_it_is_done_in_steps_and_noted_once(
        self, app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(changed_files, "LOOK", 1)
        with writing(database_of(app), ALL_TENANTS) as session:
            make_placeholder(session, "SRTP", "1")
        oscar = sign_in("oscar")
        first = generate(oscar)
        second = generate(oscar, after=str(first["after"]))
        assert [first["made"], second["made"], second["after"]] == [1, 1, ""]
        assert count(oscar)["changed"] == 0
        with reading(database_of(app), ALL_TENANTS) as session:
            entry = session.scalars(
                select(JournalEntry).where(JournalEntry.action == "files generated")
            ).one()
            assert entry.text == "oscar generates what changed in the files of 2 phones."

    def test_only_what_is_asked_about_is_made(
        self, app: Flask, changed: str, company: World, sign_in: SignIn
    ):
        with writing(database_of(app), ALL_TENANTS) as session:
            make_placeholder(session, "SRTP", "1")
        olga, oscar = sign_in("olga"), sign_in("oscar")
        assert generate(olga, change=changed)["made"] == 1
        assert generate(olga, change=changed)["made"] == 0
        assert count(oscar)["changed"] + count(oscar, change=f"lines.tenant.{company.globex}")["changed"] == 2
        assert generate(oscar, change="placeholder.system.SRTP")["made"] == 1

    def test_without_a_script_the_button_does_a_part_and_says_so(self, changed: str, sign_in: SignIn):
        olga = sign_in("olga")
        answer = olga.post(f"{LIST}generate", {"change": changed})
        assert answer.location == f"{LIST}?change={changed}"
        page = olga.get(answer.location).text
        assert "1 file generated." in page
        assert "Phones have what Generate would write" in page

    def test_chosen_phones_are_made_as_far_as_the_account_sees_them(
        self, app: Flask, changed: str, company: World, sign_in: SignIn
    ):
        with writing(database_of(app), ALL_TENANTS) as session:
            make_placeholder(session, "SRTP", "1")
            theirs = session.scalars(select(Device.id).where(Device.mac == GLOBEX_MAC)).one()
        olga = sign_in("olga")
        answer = olga.post(
            f"{LIST}generate-chosen",
            {"device": [str(theirs), str(company.acme_device), "x"], "change": changed},
        )
        assert answer.location == f"{LIST}?change={changed}"
        assert "1 file generated." in olga.get(answer.location).text
        olga.post(f"{LIST}generate-chosen", {"device": str(theirs)})
        assert "None of the phones that were selected" in olga.get(LIST).text
        with reading(database_of(app), ALL_TENANTS) as session:
            date = select(ConfigFile.generated_at).where(ConfigFile.device_id == theirs)
            assert session.scalars(date).one() == NOW

    @pytest.mark.usefixtures("changed")
    def test_it_never_leads_to_another_server(self, company: World, sign_in: SignIn):
        form = {"device": str(company.acme_device), "next": "//evil.example/"}
        assert sign_in("olga").post(f"{LIST}generate-chosen", form).location == LIST


class TestBar:
    def test_pages_of_one_owner_ask_about_it(self, people: dict[str, Browser], shared_world: World):
        pages = {
            f"/templates/show/{shared_world.acme_template}": f"template.{shared_world.acme_template}",
            f"/templates/versions/{shared_world.acme_template}": f"template.{shared_world.acme_template}",
            f"/placeholders/templates/?owner={shared_world.acme_template}": (
                f"placeholders.template.{shared_world.acme_template}"
            ),
            f"/tenant-configuration/placeholders/?owner={shared_world.acme}": (
                f"placeholders.tenant.{shared_world.acme}"
            ),
            f"/site-configuration/placeholders/?owner={shared_world.acme_site}": (
                f"placeholders.site.{shared_world.acme_site}"
            ),
            f"/placeholders/devices/{ACME_MAC}/": f"placeholders.device.{shared_world.acme_device}",
            f"/tenant-configuration/{shared_world.acme}/": f"lines.tenant.{shared_world.acme}",
            f"/site-configuration/{shared_world.acme_site}/": f"lines.site.{shared_world.acme_site}",
            f"/user-configuration/{shared_world.acme_user}/": f"lines.user.{shared_world.acme_user}",
        }
        for address, change in pages.items():
            page = people["olga"].get(address).text
            assert f'data-changed="{LIST}count?change={change}"' in page, address
            assert "Generate now" in page, address
            assert "Generate now" not in people["helen"].get(address).text, address

    @pytest.mark.parametrize(
        "address", ["/system-settings/", "/system-settings/ldap/", "/placeholders/defaults/", "/dashboard/"]
    )
    def test_any_page_asks_about_what_its_address_says_and_else_nothing(
        self, people: dict[str, Browser], address: str
    ):
        assert "data-changed" not in people["oscar"].get(address).text
        page = people["oscar"].get(f"{address}?change=daylight&change=placeholder.system.SRTP").text
        assert "change=daylight&amp;change=placeholder.system.SRTP" in page

    def test_what_an_address_says_stays_in_its_place(self, people: dict[str, Browser]):
        page = people["oscar"].get('/dashboard/?change="><script>alert(1)</script>').text
        assert "<script>alert" not in page


class TestByAnOperation:
    def test_phones_that_a_change_concerns_are_chosen_and_found_anew_when_it_begins(
        self, app: Flask, changed: str, sign_in: SignIn
    ):
        oscar = sign_in("oscar")
        listed = oscar.get(LIST, query_string={"change": changed}).text
        address = unescape(re.search(r'href="(/devices/multiple/\?action=update[^"]*)"', listed)[1])
        form = unescape(oscar.get(address).text)
        entry = re.search(r'data-group="([^"]*)">(1 phone that .* of the tenant Acme concerns)<', form)
        assert entry, form
        order = {"action": "update", "generate": "yes", "only_changed": "yes", "group": entry[1]}
        pace = {"batch": "20", "delay": "2", "patience": "5400"}
        oscar.post("/operations/start/devices", {**order, **pace})
        with reading(database_of(app), ALL_TENANTS) as session:
            begun = session.execute(select(OperationTarget.key, Operation.options).join(Operation)).all()
        assert (ACME_MAC, {"generate": True, "only_changed": True}) in begun
        assert GLOBEX_MAC not in [key for key, options in begun if options.get("only_changed")]

    @pytest.mark.usefixtures("company")
    def test_where_nothing_would_change_none_is_offered(self, sign_in: SignIn):
        assert "action=update" not in sign_in("oscar").get(LIST).text

    def test_who_may_not_update_phones_is_not_led_there(self, changed: str, sign_in: SignIn):
        assert "action=update" not in sign_in("victor").get(LIST, query_string={"change": changed}).text
