"""The frame of every page, as a person uses it: menu, theme, keyboard, questions, and figures that stay fresh."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import DeviceStatus, Operator
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

MOST_BYTES_OF_A_FIRST_PAGE = 300 * 1024

LOADED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map((loaded) => loaded.transferSize).reduce((sum, size) => sum + size)"""
CUT_OFF = "(frame) => frame.scrollHeight > frame.clientHeight || frame.scrollWidth > frame.clientWidth"


def test_a_first_page_is_light(open_page: OpenPage):
    page = open_page("/dashboard/")
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.goto("/dashboard/")
    page.wait_for_load_state("networkidle")
    assert 20_000 < page.evaluate(LOADED) < MOST_BYTES_OF_A_FIRST_PAGE


def test_what_is_unfolded_in_the_menu_stays_so_on_the_next_page(open_page: OpenPage):
    page = open_page("/dashboard/")
    menu = page.get_by_role("navigation", name="Main menu")
    expect(menu.get_by_role("link", name="Tenants")).to_be_hidden()
    menu.locator("summary", has_text="System").focus()
    page.keyboard.press("Enter")
    menu.get_by_text("Monitor", exact=True).click()
    expect(menu.get_by_role("link", name="Devices Status")).to_be_hidden()
    menu.get_by_role("link", name="Tenants").click()
    page.wait_for_url("**/tenants/list/")
    expect(menu.get_by_role("link", name="Tenants")).to_have_attribute("aria-current", "page")
    expect(menu.get_by_role("link", name="Devices Status")).to_be_hidden()
    page.goto("/account/")
    expect(menu.get_by_role("link", name="Tenants")).to_be_visible()


def test_a_list_on_paper_is_the_whole_list_and_nothing_else(open_page: OpenPage):
    page = open_page("/configuration-files/", size=(760, 500))
    frame = page.get_by_role("region", name="Configuration files")
    assert frame.evaluate(CUT_OFF) is True
    page.emulate_media(media="print")
    assert frame.evaluate(CUT_OFF) is False
    for name in ("Main menu", "Where you are"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()
    expect(page.get_by_role("link", name="Upload files")).to_be_hidden()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('td a[href]'), '::after').content") == "none"
    )


def test_a_time_on_hover_is_told_by_the_clock_of_the_viewer_too(open_page: OpenPage):
    page = open_page("/logs/activity/")
    tokyo = page.context.new_cdp_session(page)
    tokyo.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    page.locator("time").first.hover()
    exactly = re.compile(r"^[-0-9]{10} [:0-9]{8} UTC\n[-0-9]{10} [:0-9]{8} where you are$")
    expect(page.locator("time").first).to_have_attribute("title", exactly)


def test_the_chosen_theme_stays(open_page: OpenPage):
    page = open_page("/dashboard/", theme="light")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/alarms/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_menu_opens_and_closes_on_a_narrow_screen(open_page: OpenPage):
    page = open_page("/dashboard/", size=NARROW)
    link = page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Devices Status")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(open_page: OpenPage):
    page = open_page("/alarms/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_signing_out_is_in_the_menu_of_the_account(open_page: OpenPage):
    page = open_page("/dashboard/")
    page.locator("summary.account").click()
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url("**/login/")


def test_deleting_asks_first(open_page: OpenPage, company_app: Flask):
    with writing(database_of(company_app), ALL_TENANTS) as session:
        umbra = {"username": "umbra", "first_name": "Umbra", "last_name": "E.", "email": "umbra@example.com"}
        session.add(Operator(password="none", **umbra))
    page = open_page("/operators/list/")
    page.get_by_role("button", name="Delete umbra").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete umbra?")
    dialog.get_by_role("button", name="Cancel").click()
    assert names(company_app).count("umbra") == 1
    page.get_by_role("button", name="Delete umbra").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("was deleted.")
    assert names(company_app).count("umbra") == 0


def names(app: Flask) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return list(session.scalars(select(Operator.username)))


def test_the_dashboard_follows_the_fleet_without_a_reload(open_page: OpenPage, company_app: Flask):
    page = open_page("/dashboard/")
    disconnected = page.locator(".tile--disconnected .tile__number")
    before = int(disconnected.inner_text())
    page.evaluate("window.isTheSamePage = true")
    with writing(database_of(company_app), ALL_TENANTS) as session:
        registered = select(DeviceStatus).where(DeviceStatus.status == Status.REGISTERED).limit(1)
        session.scalars(registered).one().status = Status.DISCONNECTED
    page.mouse.move(0, 0)
    expect(disconnected).to_have_text(str(before + 1), timeout=15_000)
    assert page.evaluate("window.isTheSamePage") is True
