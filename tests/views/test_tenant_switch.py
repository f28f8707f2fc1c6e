"""An account that sees several tenants narrows all pages to one of them, and back; never to more than it sees."""

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.models import Device, DeviceStatus, Operator, Tenant
from app.models.operator import operator_tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_scope import leaks, readable, text_of
from tests.views.test_url_map import address_of
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, GLOBEX_MAC, NOBODYS_MAC, World

SWITCHER = 'class="menu tenant-switch"'


def choose(browser: Browser, tenant: object, back: str = "/dashboard/") -> None:
    answer = browser.post("/tenant-choice/", {"tenant": tenant, "next": back})
    assert answer.status_code == 302, answer.text


@pytest.fixture
def narrowed(shared_app: Flask, shared_world: World) -> Browser:
    """Alice, who sees everything, with Acme alone."""
    browser = signed_in(shared_app, "alice")
    choose(browser, shared_world.acme)
    return browser


def test_no_page_shows_a_word_of_another_tenant(narrowed: Browser, shared_app: Flask, shared_world: World):
    # A token belongs to the account and is for any of its tenants, whichever of them is looked at.
    name_several = {"TenantSwitchView.list", "StartView.index", "OwnTokensView.list"}
    for rule in readable(shared_app):
        if rule.endpoint in name_several:
            continue
        answer = narrowed.client.get(address_of(rule, shared_world), follow_redirects=True)
        # The switcher itself names the tenants that can be chosen.
        text = text_of(answer)
        before, _, rest = text.partition(SWITCHER)
        assert leaks(before + rest.partition("</details>")[2]) == [], rule.rule


def test_lists_exports_counts_and_dropdowns_are_those_of_the_tenant(sign_in: SignIn, world: World):
    oscar = sign_in("oscar")
    assert GLOBEX_MAC in oscar.get("/devices-status/").text
    choose(oscar, world.acme)
    for address in ("/devices-status/", "/devices-status/export.csv"):
        listed = oscar.get(address).text
        assert ACME_MAC in listed
        assert ACME_WAITING_MAC in listed
        assert GLOBEX_MAC not in listed
        assert NOBODYS_MAC not in listed
    assert '<span class="tile__number">2</span>' in oscar.get("/dashboard/").text
    assert 'title="1 active alarm, the worst is minor"' in oscar.get("/alarms/").text
    assert "<option>Globex</option>" not in oscar.get("/alarms/").text
    choose(oscar, "all")
    assert GLOBEX_MAC in oscar.get("/devices-status/").text
    assert "<option>Globex</option>" in oscar.get("/alarms/").text


def test_nothing_of_another_tenant_is_changed(sign_in: SignIn, world: World, app: Flask):
    oscar = sign_in("oscar")
    choose(oscar, world.acme)
    answer = oscar.post(f"/devices/{GLOBEX_MAC}/delete", {"confirmed": "yes"})
    assert answer.status_code == 404
    assert "You see Acme alone" in answer.text
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalar(select(Device.id).where(Device.mac == GLOBEX_MAC))
        assert session.get(DeviceStatus, GLOBEX_MAC)


def test_a_link_into_another_tenant_says_so_and_leads_there(narrowed: Browser):
    answer = narrowed.get(f"/devices/{GLOBEX_MAC}/")
    assert answer.status_code == 404
    assert "You see Acme alone: this may belong to another of your tenants." in answer.text
    assert f'name="next" value="/devices/{GLOBEX_MAC}/"' in answer.text
    back = narrowed.post("/tenant-choice/", {"tenant": "all", "next": f"/devices/{GLOBEX_MAC}/"})
    assert back.location == f"/devices/{GLOBEX_MAC}/"
    assert narrowed.get(back.location).status_code == 200


def test_a_list_filtered_by_another_tenant_says_so(narrowed: Browser):
    text = narrowed.get("/alarms/?tenant=globex").text
    assert "This link is about Globex, and you see Acme alone" in text
    assert "This link is about" not in narrowed.get("/alarms/?tenant=Acme").text
    assert "This link is about" not in narrowed.get("/alarms/?tenant=Nobody").text


def test_what_concerns_all_tenants_stays_in_the_menu_and_says_so(narrowed: Browser):
    assert 'href="/system-settings/' in narrowed.get("/dashboard/").text
    for address in ("/system-settings/", "/operators/list/", "/license/", "/logs/activity/"):
        answer = narrowed.client.get(address, follow_redirects=True)
        assert answer.status_code == 403, address
        assert "This page concerns all tenants, and you have chosen one." in answer.text, address
        assert "Show all tenants and open this page" in answer.text, address


def test_an_operator_is_not_led_to_what_his_role_forbids(shared_app: Flask, shared_world: World):
    oscar = signed_in(shared_app, "oscar")
    choose(oscar, shared_world.acme)
    text = oscar.get("/operators/list/").text
    assert "This page concerns all tenants" not in text
    assert 'href="/operators/' not in oscar.get("/dashboard/").text


def test_the_account_page_names_all_that_the_account_sees(narrowed: Browser):
    assert "All tenants" in narrowed.get("/account/").text.partition("<dt>Tenants</dt>")[2][:60]


@pytest.mark.parametrize("name", ["olga", "nora", "helen", "vera"])
def test_nobody_chooses_what_the_account_does_not_see(
    shared_app: Flask, shared_world: World, people: dict[str, Browser], name: str
):
    browser = people[name]
    assert SWITCHER not in browser.get("/dashboard/").text
    assert browser.post("/tenant-choice/", {"tenant": shared_world.globex}).status_code == 404
    assert leaks(browser.get("/devices-status/").text) == []
    assert leaks(browser.get("/tenant-choice/").text) == []


@pytest.mark.parametrize("wanted", ["", "no number", "-1", "99999999999999999999", "2147483647"])
def test_what_is_no_tenant_is_not_chosen(people: dict[str, Browser], wanted: str):
    assert people["hal"].post("/tenant-choice/", {"tenant": wanted}).status_code == 404
    assert GLOBEX_MAC in people["hal"].get("/devices-status/").text


def test_one_goes_back_to_the_list_without_what_was_of_other_tenants(shared_app: Flask, shared_world: World):
    browser = signed_in(shared_app, "hal")
    form = {"tenant": shared_world.acme, "next": "/alarms/?tenant=Globex&severity=minor&page=3"}
    assert browser.post("/tenant-choice/", form).location == "/alarms/?severity=minor"
    form["next"] = "//elsewhere.example/"
    assert browser.post("/tenant-choice/", form).location == "/"


def test_a_tenant_that_is_taken_from_the_account_is_forgotten(sign_in: SignIn, world: World, app: Flask):
    olga = sign_in("olga")
    with writing(database_of(app), ALL_TENANTS) as session:
        operator_id = session.scalars(select(Operator.id).where(Operator.username == "olga")).one()
        session.execute(operator_tenant.insert().values(operator_id=operator_id, tenant_id=world.globex))
    choose(olga, world.globex)
    assert ACME_MAC not in olga.get("/devices-status/").text
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(delete(operator_tenant).where(operator_tenant.c.tenant_id == world.globex))
    page = olga.get("/devices-status/").text
    assert "is not there any more" in page
    assert ACME_MAC in page
    assert leaks(page) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_session_begins_with_all_tenants(sign_in: SignIn, world: World):
    browser = sign_in("hal")
    choose(browser, world.acme)
    browser.sign_out()
    assert browser.sign_in("hal").status_code == 302
    assert GLOBEX_MAC in browser.get("/devices-status/").text


def test_many_tenants_are_found_on_a_page(sign_in: SignIn, app: Flask):
    with writing(database_of(app), ALL_TENANTS) as session:
        now = session.scalars(select(Tenant.created_at)).first()
        session.add_all(Tenant(name=f"Customer {number:03d}", created_at=now) for number in range(60))
    hal = sign_in("hal")
    page = hal.get("/dashboard/").text
    assert "Find another tenant" in page
    assert "Customer 055" not in page
    found = hal.get("/tenant-choice/?q=customer+055&next=/alarms/").text
    assert "Show Customer 055 alone" in found
    assert 'name="next" value="/alarms/"' in found
    assert "Customer 054" not in found.partition("<main")[2]
