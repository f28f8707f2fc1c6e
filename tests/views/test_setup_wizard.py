"""The Setup Wizard: what each step does, what it asks before, who may, and how it is left and taken up again."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import (
    Decision,
    Device,
    Firmware,
    JournalEntry,
    PhoneModel,
    Placeholder,
    SetupProgress,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import Layer, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence, settings
from app.services.author import Author
from app.services.reports import Report
from app.transaction import reading, writing
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import NOW, World, add_people, add_tenant

MAC = "00908f000042"
UC_430HD = {"User-Agent": "AUDC-IPPhone-430HD_UC_3.4.6.604/1.0"}
WAITING, HERE = "Waiting for your first phone", "Your first phone is here"


def address(tenant_id: int, step: str) -> str:
    return f"/setup-wizard/{tenant_id}/{step}/"


def send(browser: Browser, tenant_id: int, step: str, **form: Any) -> TestResponse:
    return browser.post(address(tenant_id, step), {"deed": "next", **form})


def rows(app: Flask, statement: Any) -> Sequence[Any]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(statement).all()


def default_tenant(app: Flask) -> int:
    return rows(app, select(Tenant.id).where(Tenant.is_default))[0]


def states(page: str) -> list[str]:
    """Return the states of the steps as the page lists them."""
    return re.findall(r'wizard__step wizard__step--([a-z-]+)"', page)


def model_id(app: Flask, name: str) -> str:
    return str(rows(app, select(PhoneModel.id).where(PhoneModel.name == name))[0])


def ask_for_file(app: Flask, tenant: str) -> None:
    app.test_client().get(f"/ipp/tenant/{tenant}/{MAC}.cfg", headers=UC_430HD)


class TestTheWay:
    def test_an_administrator_leaves_in_the_middle_and_another_goes_on(self, app: Flask, sign_in: SignIn):
        alice, tenant = sign_in("alice"), default_tenant(app)
        assert alice.get("/setup-wizard/").location == address(tenant, "system-type")
        assert send(alice, tenant, "system-type", train="generic").location == address(tenant, "zero-touch")
        assert send(alice, tenant, "zero-touch", zero_touch="yes").location == address(tenant, "tenant")
        oscar = sign_in("oscar")
        assert oscar.get("/setup-wizard/").location == address(tenant, "tenant")
        page = oscar.get(address(tenant, "system-type")).text
        assert states(page)[:3] == ["done", "done", "to-do"]
        assert re.search(r'value="generic" checked', page)
        assert "Registrar" in oscar.get(address(tenant, "configuration")).text

    def test_a_step_that_was_done_on_other_pages_is_done_here(
        self, people: dict[str, Browser], shared_world: World
    ):
        page = people["oscar"].get(address(shared_world.acme, "system-type")).text
        assert states(page) == ["to-do", "to-do", *["done"] * 6]

    def test_what_can_be_skipped_is_and_the_rest_cannot(self, app: Flask, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        for step, following in (
            ("configuration", "templates"),
            ("templates", "firmware"),
            ("firmware", "dhcp-option"),
        ):
            answer = oscar.post(address(tenant, step), {"deed": "skip"})
            assert answer.location == address(tenant, following)
        assert states(oscar.get(address(tenant, "firmware")).text)[3:6] == ["skipped"] * 3
        assert oscar.post(address(tenant, "system-type"), {"deed": "skip"}).status_code == 400

    def test_going_back_keeps_what_was_typed_and_wants_no_answer(self, app: Flask, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        back = {"deed": "back"}
        assert oscar.post(address(tenant, "zero-touch"), back).location == address(tenant, "system-type")
        answer = oscar.post(address(tenant, "configuration"), {**back, "Language": "German"})
        assert answer.location == address(tenant, "tenant")
        assert "<option selected>German" in oscar.get(address(tenant, "configuration")).text
        assert oscar.post(address(tenant, "templates"), {**back, "template-1": ""}).status_code == 302

    def test_a_step_of_the_list_that_is_clicked_meanwhile_comes_after_what_was_typed(
        self, app: Flask, sign_in: SignIn
    ):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        form = {"deed": "back", "to": "firmware", "Language": "German"}
        answer = oscar.post(address(tenant, "configuration"), form)
        assert answer.location == address(tenant, "firmware")
        assert "<option selected>German" in oscar.get(address(tenant, "configuration")).text
        refused = oscar.post(address(tenant, "configuration"), {**form, "Language": "Klingon"})
        assert f'href="{address(tenant, "firmware")}">Leave without saving this' in refused.text
        assert oscar.post(address(tenant, "configuration"), {**form, "to": "coffee"}).status_code == 404

    def test_what_will_not_do_stays_in_the_form_with_its_sentence(self, app: Flask, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        answer = send(oscar, tenant, "configuration", Proxy_port="70000", Proxy_address="sip.acme.example")
        assert answer.status_code == 400
        assert "Nothing was saved" in answer.text
        send(oscar, tenant, "system-type", train="generic")
        answer = oscar.post(
            address(tenant, "configuration"), {"deed": "back", "Proxy_port": "70000", "Proxy_port.seen": ""}
        )
        assert 'value="70000"' in answer.text
        assert "Leave without saving this" in answer.text
        assert rows(app, select(Placeholder).where(Placeholder.tenant_id == tenant)) == []

    @pytest.mark.parametrize("step", ["system-type", "zero-touch"])
    def test_a_question_wants_an_answer(self, people: dict[str, Browser], shared_world: World, step: str):
        answer = send(people["alice"], shared_world.acme, step)
        assert answer.status_code == 400
        assert "Choose " in answer.text

    def test_each_form_is_one_transaction(self, app: Flask, world: World, sign_in: SignIn):
        answer = send(
            sign_in("oscar"), world.acme, "configuration", Language="German", time_zone="Mars/Olympus"
        )
        assert answer.status_code == 400
        assert rows(app, select(Placeholder).where(Placeholder.name == "Language")) == []
        assert rows(app, select(SetupProgress)) == []


class TestZeroTouch:
    def test_the_default_tenant_is_let_to_approve_by_itself(self, app: Flask, sign_in: SignIn):
        alice, tenant = sign_in("alice"), default_tenant(app)

        def approves() -> bool:
            return rows(app, select(Tenant.approves_automatically).where(Tenant.id == tenant))[0]

        send(alice, tenant, "zero-touch", zero_touch="all")
        assert approves()
        assert re.search(r'value="all" checked', alice.get(address(tenant, "zero-touch")).text)
        send(alice, tenant, "zero-touch", zero_touch="no")
        assert not approves()
        changes = select(JournalEntry.text).where(JournalEntry.action == "tenant changed")
        assert len(rows(app, changes)) == 2

    def test_who_may_not_change_tenants_cannot_do_that(self, app: Flask, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        assert 'value="all"' not in oscar.get(address(tenant, "zero-touch")).text.partition("<main")[2]
        assert send(oscar, tenant, "zero-touch", zero_touch="all").status_code == 403
        sign_in("alice").post(address(tenant, "zero-touch"), {"deed": "next", "zero_touch": "all"})
        answer = send(oscar, tenant, "zero-touch", zero_touch="no")
        assert answer.status_code == 400
        assert "Default approves phones by itself" in answer.text
        assert rows(app, select(SetupProgress.is_zero_touch)) == [True]

    def test_another_tenant_has_two_answers(self, people: dict[str, Browser], shared_world: World):
        page = people["alice"].get(address(shared_world.acme, "zero-touch")).text
        assert 'value="all"' not in page.partition("<main")[2]


class TestTenant:
    def test_a_subnet_is_checked_by_the_rules_of_tenants(self, app: Flask, sign_in: SignIn):
        alice, tenant = sign_in("alice"), default_tenant(app)
        answer = send(alice, tenant, "tenant", subnet="10.1.0.0/16")
        assert answer.status_code == 400
        assert "one subnet leads to one tenant" in answer.text
        assert send(alice, tenant, "tenant", subnet="10.9.0.0/255.255.0.0").status_code == 302
        assert rows(app, select(Tenant.subnet).where(Tenant.id == tenant)) == ["10.9.0.0/16"]
        told = rows(app, select(JournalEntry.text).where(JournalEntry.action == "tenant changed"))
        assert 'subnet from nothing to "10.9.0.0/16"' in told[0]

    def test_a_new_default_tenant_is_announced_before_it_takes_over(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        alice, before = sign_in("alice"), default_tenant(app)
        form = {"subnet": "10.1.0.0/16", "is_default": "y"}
        answer = send(alice, world.acme, "tenant", **form)
        assert answer.status_code == 409
        assert "Default is the default tenant now" in answer.text
        assert default_tenant(app) == before
        name, value = re.search(
            r'<button class="btn btn-primary" name="([^"]+)" value="([^"]+)"', answer.text
        ).groups()
        assert send(alice, world.acme, "tenant", **form, **{name: value}).status_code == 302
        assert default_tenant(app) == world.acme

    def test_the_default_tenant_stays_it_when_it_is_saved(self, app: Flask, sign_in: SignIn):
        tenant = default_tenant(app)
        assert send(sign_in("alice"), tenant, "tenant", subnet="").location == address(
            tenant, "configuration"
        )
        assert default_tenant(app) == tenant

    def test_a_new_tenant_begins_with_the_answers_that_were_given(self, app: Flask, sign_in: SignIn):
        alice, tenant = sign_in("alice"), default_tenant(app)
        send(alice, tenant, "system-type", train="generic")
        send(alice, tenant, "zero-touch", zero_touch="no")
        answer = alice.post(
            address(tenant, "tenant"), {"deed": "add", "new_name": "Initech", "new_subnet": "10.7.0.0/16"}
        )
        new = rows(app, select(Tenant.id).where(Tenant.name == "Initech"))[0]
        assert answer.location == address(new, "tenant")
        assert states(alice.get(answer.location).text)[:3] == ["done"] * 3
        assert rows(app, select(Site.name).where(Site.tenant_id == new)) == ["AutoDetection"]
        again = alice.post(address(tenant, "tenant"), {"deed": "add", "new_name": "initech"})
        assert again.status_code == 400
        assert 'value="initech"' in again.text
        assert "There is already a tenant" in again.text

    def test_another_tenant_is_chosen(self, world: World, sign_in: SignIn):
        form = {"deed": "choose", "tenant": str(world.globex)}
        answer = sign_in("oscar").post(address(world.acme, "tenant"), form)
        assert answer.location == address(world.globex, "tenant")

    def test_sites_are_added_and_checked(self, world: World, sign_in: SignIn):
        oscar = sign_in("oscar")
        form = {"deed": "add_site", "site_name": "Lyon", "site_subnet": "10.1.4.0/24"}
        assert oscar.post(address(world.acme, "tenant"), form).location == address(world.acme, "tenant")
        assert "Lyon" in oscar.get(address(world.acme, "tenant")).text
        outside = oscar.post(
            address(world.acme, "tenant"), {**form, "site_name": "Oslo", "site_subnet": "10.2.4.0/24"}
        )
        assert outside.status_code == 400
        assert "does not lie within 10.1.0.0/16" in outside.text

    def test_who_may_not_change_tenants_and_sites_goes_on_with_what_there_is(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        olga = sign_in("olga")
        page = olga.get(address(world.acme, "tenant")).text
        assert 'name="subnet"' not in page
        assert 'name="new_name"' not in page
        assert 'name="site_name"' not in page
        answer = send(olga, world.acme, "tenant", subnet="10.8.0.0/16", is_default="y")
        assert answer.location == address(world.acme, "configuration")
        assert rows(app, select(Tenant.subnet).where(Tenant.id == world.acme)) == ["10.1.0.0/16"]
        assert olga.post(address(world.acme, "tenant"), {"deed": "add", "new_name": "X"}).status_code == 403
        assert (
            olga.post(address(world.acme, "tenant"), {"deed": "add_site", "site_name": "X"}).status_code
            == 403
        )
        chosen = {"deed": "choose", "tenant": str(world.globex)}
        assert olga.post(address(world.acme, "tenant"), chosen).status_code == 404


class TestPreparations:
    def test_values_are_the_tenants(self, app: Flask, world: World, sign_in: SignIn):
        answer = send(
            sign_in("olga"), world.acme, "configuration", Language="German", IPPhonePassword="s3cret-1"
        )
        assert answer.location == address(world.acme, "templates")
        of_acme = (Placeholder.layer == Layer.TENANT, Placeholder.tenant_id == world.acme)
        values = {row.name: row.value for row in rows(app, select(Placeholder).where(*of_acme))}
        assert (values["Language"], values["IPPhonePassword"]) == ("German", "s3cret-1")
        page = sign_in("alice").get(address(world.acme, "configuration")).text
        assert "s3cret-1" not in page
        assert "Set: left empty, it stays" in page

    def test_dates_of_daylight_saving_are_replaced_when_that_was_agreed_to(
        self, world: World, sign_in: SignIn
    ):
        oscar = sign_in("oscar")
        send(oscar, world.acme, "configuration", time_zone="Europe/Berlin")
        answer = send(oscar, world.acme, "configuration", time_zone="America/New_York")
        assert answer.status_code == 409
        assert 'value="America/New_York"' in answer.text
        agreed = send(oscar, world.acme, "configuration", time_zone="America/New_York", replaces="time")
        assert agreed.status_code == 302
        assert "Now: -05:00" in oscar.get(address(world.acme, "configuration")).text

    def test_a_default_that_would_go_is_announced(self, app: Flask, world: World, sign_in: SignIn):
        olga = sign_in("olga")
        form = {"model": str(world.model), f"template-{world.model}": ""}
        answer = send(olga, world.acme, "templates", **form)
        assert answer.status_code == 409
        assert "Acme desk is the Zero Touch default for 450HD" in answer.text
        assert "Audiocodes_450HD_LYNC would take its place" in answer.text
        told = f"{world.model}:{world.acme_template}"
        assert f'name="replaces" value="{told}"' in answer.text
        assert send(olga, world.acme, "templates", **form, replaces=told).status_code == 302
        own = select(TemplateDefault).where(TemplateDefault.tenant_id == world.acme)
        assert rows(app, own) == []

    def test_a_template_of_another_tenant_cannot_be_chosen(self, world: World, sign_in: SignIn):
        form = {"model": str(world.model), f"template-{world.model}": str(world.globex_template)}
        assert send(sign_in("olga"), world.acme, "templates", **form).status_code == 404
        answer = send(sign_in("oscar"), world.acme, "templates", **form)
        assert answer.status_code == 400
        assert "belongs to another tenant" in answer.text

    def test_nothing_that_is_no_model_is_taken(self, app: Flask, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        assert send(oscar, tenant, "templates").status_code == 400
        assert send(oscar, tenant, "templates", model="x").status_code == 400
        assert send(oscar, tenant, "templates", model="99999").status_code == 400

    def test_models_without_firmware_are_red_and_lead_to_the_upload(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        both = [model_id(app, "430HD"), str(world.model)]
        send(oscar, tenant, "templates", model=both)
        page = oscar.get(address(tenant, "firmware")).text
        assert '<tr class="is-missing">' in page
        assert 'href="/firmware/upload?name=430HD.img"' in page
        assert "UC_3.4.6.604" in page
        assert states(page)[5] == "in-progress"
        assert send(oscar, tenant, "firmware").location == address(tenant, "dhcp-option")
        assert states(oscar.get(address(tenant, "firmware")).text)[5] == "skipped"

    def test_who_may_not_upload_firmware_is_told_who_may(self, app: Flask, world: World, sign_in: SignIn):
        with writing(database_of(app), ALL_TENANTS) as session:
            session.delete(session.get_one(Firmware, world.firmware))
        page = sign_in("olga").get(address(world.acme, "firmware")).text
        assert "450HD.img is missing" in page
        assert "/firmware/upload" not in page


class TestPhones:
    @pytest.mark.parametrize(
        ("answer", "text"),
        [("yes", "/firmwarefiles;ipp/tenant/Acme"), ("no", "/firmwarefiles;ipp/dhcpoption160.cfg")],
    )
    def test_the_url_to_paste_is_right_for_scheme_name_and_tenant(
        self, world: World, sign_in: SignIn, answer: str, text: str
    ):
        alice = sign_in("alice")
        alice.post("/system-settings/", {"scheme_from_devices": "https", "server_fqdn": "phones.acme.com"})
        send(alice, world.acme, "zero-touch", zero_touch=answer)
        page = sign_in("olga").get(address(world.acme, "dhcp-option")).text
        assert f'id="copy-dhcp-option-160" value="https://phones.acme.com{text}"' in page

    def test_an_address_that_no_phone_can_reach_is_told(self, app: Flask, world: World, sign_in: SignIn):
        with writing(database_of(app), ALL_TENANTS) as session:
            settings.change(session, "server_fqdn", "127.0.0.1:8080", author=Author("alice"), now=NOW)
        assert (
            "No phone can reach http://127.0.0.1:8080"
            in sign_in("oscar").get(address(world.acme, "dhcp-option")).text
        )

    def test_what_a_phone_would_get_is_what_it_gets(self, app: Flask, world: World, sign_in: SignIn):
        page = sign_in("olga").get(f"{address(world.acme, 'dhcp-option')}?model=430HD").text
        answer = app.test_client().get("/ipp/tenant/Acme/00908f000000.cfg", headers=UC_430HD)
        shown = unescape(page.partition('aria-label="The file that a phone gets">')[2].partition("</pre>")[0])
        assert shown.encode() == answer.data
        assert answer.headers["X-Template-Name"] in page

    def test_a_model_that_there_is_not_is_refused(self, people: dict[str, Browser], shared_world: World):
        page = people["oscar"].get(f"{address(shared_world.acme, 'dhcp-option')}?model=Rotary").text
        assert "There is no phone model" in page

    def test_the_page_turns_into_the_phone_that_comes(self, app: Flask, world: World, sign_in: SignIn):
        olga = sign_in("olga")
        assert "Begin to wait" in olga.get(address(world.acme, "first-phone")).text
        assert send(olga, world.acme, "dhcp-option").location == address(world.acme, "first-phone")
        assert WAITING in olga.get(address(world.acme, "first-phone")).text
        mark = f"/setup-wizard/{world.acme}/arrivals"
        before = olga.get(mark).json["version"]
        assert olga.get(mark).json["version"] == before
        ask_for_file(app, "Acme")
        after = olga.get(mark).json["version"]
        assert after != before
        part = olga.get(f"/setup-wizard/{world.acme}/phone").text
        assert f'data-arrivals-shown="{after}"' in part
        assert HERE in part
        for words in (MAC, "430HD", "Audiocodes_430HD_LYNC", "Acme", f'href="/devices/{MAC}/"'):
            assert words in part

    def test_a_wait_that_has_begun_goes_on_and_another_one_begins_anew(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        oscar = sign_in("oscar")
        send(oscar, world.acme, "dhcp-option")
        ask_for_file(app, "Acme")
        send(oscar, world.acme, "dhcp-option")
        assert HERE in oscar.get(address(world.acme, "first-phone")).text
        send(oscar, world.acme, "first-phone")
        assert WAITING in oscar.get(address(world.acme, "first-phone")).text

    def test_a_phone_that_asked_for_an_unknown_tenant_is_explained(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        oscar, olga = sign_in("oscar"), sign_in("olga")
        send(oscar, world.acme, "dhcp-option")
        ask_for_file(app, "Acmme")
        part = oscar.get(f"/setup-wizard/{world.acme}/phone").text
        assert WAITING in part
        assert "and not to Acme" in part
        assert "Acmme" in part
        assert MAC not in olga.get(f"/setup-wizard/{world.acme}/phone").text

    def test_a_phone_that_waits_is_approved_by_who_may(self, app: Flask, world: World, sign_in: SignIn):
        oscar, tenant = sign_in("oscar"), default_tenant(app)
        send(oscar, tenant, "zero-touch", zero_touch="no")
        send(oscar, tenant, "dhcp-option")
        fields = {"ip": "192.0.2.9", "model": "430HD", "firmware_version": "2.2.16.142.46"}
        with writing(database_of(app), ALL_TENANTS) as session:
            presence.record_keep_alives(session, [Report(MAC, fields, Status.STARTED, "192.0.2.9")], now=NOW)
        part = oscar.get(f"/setup-wizard/{tenant}/phone").text
        assert "Your first phone waits for approval" in part
        here = re.search(rf'href="(/devices/{MAC}/approve\?next=[^"]+)"', part)[1]
        form = {"tenant": str(world.acme), "user_name": "1000", "next": address(tenant, "first-phone")}
        assert "next" in here
        assert oscar.post(unescape(here), form).location == address(tenant, "first-phone")
        assert rows(app, select(Device.tenant_id).where(Device.mac == MAC)) == [world.acme]

    def test_nothing_that_is_asked_for_by_itself_writes(
        self, people: dict[str, Browser], shared_app: Flask, shared_world: World
    ):
        before = rows(shared_app, select(SetupProgress.id)), rows(shared_app, select(Decision.id))
        for part in ("arrivals", "first-phone/", "dhcp-option/"):
            assert people["olga"].get(f"/setup-wizard/{shared_world.acme}/{part}").status_code == 200
        assert (rows(shared_app, select(SetupProgress.id)), rows(shared_app, select(Decision.id))) == before


class TestWhoMay:
    def test_an_account_without_tenants_is_told_so(self, people: dict[str, Browser]):
        assert "There is no tenant to set up" in people["nora"].get("/setup-wizard/").text

    @pytest.mark.parametrize("step", ["system-type", "tenant", "first-phone"])
    def test_the_wizard_of_another_tenant_does_not_exist(
        self, people: dict[str, Browser], shared_world: World, step: str
    ):
        assert people["olga"].get(address(shared_world.globex, step)).status_code == 404
        assert send(people["olga"], shared_world.globex, step, train="uc").status_code == 404

    def test_a_step_that_there_is_not_is_not_found(self, people: dict[str, Browser], shared_world: World):
        assert people["alice"].get(address(shared_world.acme, "coffee")).status_code == 404
        assert people["alice"].get(address(2**31, "tenant")).status_code == 404

    @pytest.mark.parametrize("name", ["hal", "helen", "victor", "vera"])
    def test_who_sets_nothing_up_has_no_wizard(
        self, people: dict[str, Browser], shared_world: World, name: str
    ):
        assert people[name].get("/setup-wizard/").status_code == 403
        assert send(people[name], shared_world.acme, "system-type", train="uc").status_code == 403
        assert "/setup-wizard/" not in people[name].get("/dashboard/").text


@pytest.mark.parametrize("page", ["/dashboard/", "/devices-status/"])
def test_where_no_phone_has_reported_the_way_to_the_wizard_is_shown(app: Flask, page: str):
    with writing(database_of(app), ALL_TENANTS) as session:
        add_tenant(session, "Acme")
        add_people(session)
    assert "Set up your first phone" in signed_in(app, "oscar").get(page).text
    assert "Set up your first phone" not in signed_in(app, "victor").get(page).text
