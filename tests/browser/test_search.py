"""The top bar as a person uses it: finding anything from any page, one tenant at a time, and what stays fresh."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import DeviceStatus, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of

pytestmark = pytest.mark.browser


def mac_of(app: Flask, tenant: str) -> str:
    """Return the MAC address of a phone of a tenant."""
    with reading(database_of(app), ALL_TENANTS) as session:
        wanted = select(DeviceStatus.mac).join(Tenant, Tenant.id == DeviceStatus.tenant_id)
        return session.scalars(wanted.where(Tenant.name == tenant).order_by(DeviceStatus.mac).limit(1)).one()


def test_anything_is_found_with_the_keyboard(open_page: OpenPage, company_app: Flask):
    mac = mac_of(company_app, "Globex")
    page = open_page("/alarms/types/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search phones, users, alarms and pages")
    expect(box).to_be_focused()
    page.keyboard.type(":".join(mac[at : at + 2] for at in range(0, 10, 2)).upper())
    expect(page.get_by_role("option").first).to_contain_text("Phone")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "global-search-suggestions-0")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/devices/[0-9a-f]{12}/$"))
    # Nothing is chosen: what is typed is searched, and a whole MAC address is the phone.
    page.keyboard.press("Control+k")
    page.keyboard.type(f"{mac[:4]}.{mac[4:8]}.{mac[8:]}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/devices/{mac}/$"))
    page.keyboard.press("/")
    page.keyboard.type("register failure")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Active alarms")).to_be_visible()
    # A slash in a field is a slash.
    page.keyboard.press("/")
    page.keyboard.type("10/8")
    expect(page.get_by_role("combobox", name="Search phones, users, alarms and pages")).to_have_value("10/8")


def test_on_a_narrow_screen_the_search_is_a_page(open_page: OpenPage):
    page = open_page("/dashboard/", size=NARROW)
    page.get_by_role("link", name="Search", exact=True).click()
    expect(page.get_by_placeholder("Name, number, MAC")).to_be_focused()
    page.keyboard.type("devices status")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Devices Status").click()
    expect(page).to_have_url(re.compile("/devices-status/$"))


def choose(page: Page, name: str) -> None:
    page.locator(".tenant-switch summary").click()
    page.locator(".tenant-switch").get_by_role("button", name=name, exact=True).click()


def test_one_tenant_is_shown_alone_and_all_again(open_page: OpenPage, company_app: Flask):
    other = mac_of(company_app, "Globex")
    page = open_page("/dashboard/")
    everything = page.locator(".tile--total .tile__number").inner_text()
    choose(page, "Acme")
    expect(page.get_by_text("You see Acme alone, on every page")).to_be_visible()
    expect(page.locator(".tenant-switch summary")).to_contain_text("Acme")
    assert int(page.locator(".tile--total .tile__number").inner_text()) < int(everything)
    page.goto(page.url.replace("/dashboard/", f"/devices/{other}/"))
    expect(page.get_by_text("this may belong to another of your tenants")).to_be_visible()
    page.get_by_role("button", name="Show all tenants and open this page").click()
    expect(page).to_have_url(re.compile(f"/devices/{other}/$"))
    expect(page.locator(".tenant-switch summary")).to_contain_text("All tenants")


def test_a_page_says_since_when_it_is_not_fresh(open_page: OpenPage):
    page = open_page("/dashboard/")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    page.context.route("**/dashboard/figures", lambda route: route.abort())
    expect(page.locator("[data-live-state]")).to_contain_text("Not connected since", timeout=15_000)
    expect(page.locator("[data-live].is-stale")).to_be_visible()
    page.context.unroute("**/dashboard/figures")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    expect(page.locator(".is-stale")).to_have_count(0)
