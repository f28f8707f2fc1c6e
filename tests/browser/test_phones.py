"""Devices Status and the page of a phone, as a person uses them."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import OperationTarget
from app.models.enums import TargetState
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.browser.phones import MAC, report_as_placed, report_as_waiting
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

LIST = "/devices-status/"


def rows(page: Page):
    return page.locator(".phones tbody tr")


def test_chosen_columns_stay_chosen(open_page: OpenPage):
    page = open_page(LIST)
    heading = page.get_by_role("columnheader", name="SIP Proxy")
    expect(heading).to_have_count(0)
    page.get_by_text("Columns", exact=True).press("Enter")
    chooser = page.get_by_role("form", name="Columns that are shown")
    chooser.get_by_label("SIP Proxy", exact=True).check()
    chooser.get_by_label("Tenant", exact=True).uncheck()
    chooser.get_by_role("button", name="Move User Name up").press("Enter")
    chooser.get_by_role("button", name="Show these").press("Enter")
    expect(heading).to_be_visible()
    page.reload()
    expect(heading).to_be_visible()
    expect(page.get_by_role("columnheader", name="Tenant")).to_have_count(0)
    expect(page.get_by_role("columnheader").nth(1)).to_have_text("User Name")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("button", name="As at first").click()
    expect(heading).to_have_count(0)


def test_fresh_rows_keep_what_was_selected_and_all_that_match_are_asked(
    open_page: OpenPage, company_app: Flask
):
    report_as_waiting(company_app, ["00908fcccc01"])
    page = open_page(f"{LIST}?rows=10")
    page.get_by_label("Select 00908fcccc01").check()
    report_as_waiting(company_app, [f"00908fcccd{number:02}" for number in range(12)])
    expect(page.get_by_label("Select 00908fcccd11")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Select 00908fcccc01")).to_have_count(0)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("Select all phones on this page").check()
    page.get_by_label("that match").check()
    expect(page.get_by_text("All selected")).to_be_visible()
    page.get_by_text("Selected Rows Actions").press("Enter")
    page.get_by_role("button", name="Send Message").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send Message: ")
    page.get_by_label("Text").fill("Hello")
    page.get_by_role("button", name="Send Message").click()
    page.wait_for_url("**/operations/*/")


def test_filters_are_opened_applied_and_taken_away(open_page: OpenPage):
    page = open_page(LIST)
    page.get_by_role("button", name="Filter", exact=True).click()
    panel = page.locator("#filter-panel")
    panel.get_by_label("Tenant").select_option("Globex")
    panel.get_by_label("IP address").fill("10.2.1.0/24")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/devices-status/?ip=10.2.1.0%2F24&tenant=Globex")
    expect(page.locator("td[data-column=site]").first).to_have_text("Oslo")
    page.get_by_role("link", name="IP address: 10.2.1.0/24").click()
    page.wait_for_url("**/devices-status/?tenant=Globex")


def test_selected_phones_are_approved_by_an_operation(open_page: OpenPage, company_app: Flask):
    macs = ["00908fbbbb01", "00908fbbbb02"]
    report_as_waiting(company_app, macs)
    page = open_page(f"{LIST}?q=00908fbbbb")
    expect(page.get_by_role("button", name="Approve Selected")).to_be_hidden()
    page.get_by_label("Select all phones on this page").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Approve Selected").click()
    page.get_by_label("Tenant").select_option("Initech")
    expect(page.get_by_role("group", name="Acme")).to_have_count(0)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/operations/*/")
    expect(page.get_by_role("heading", name="Approve")).to_be_visible()
    expect(page.get_by_role("region", name="Targets").get_by_role("row")).to_have_count(3)


def test_a_restart_is_asked_for_once_more_and_then_followed_on_the_page_of_the_phone(
    open_page: OpenPage, company_app: Flask
):
    report_as_placed(company_app)
    page = open_page(f"{LIST}?q={MAC}")
    page.get_by_role("button", name=f"Actions of {MAC}").press("Enter")
    page.get_by_role("menuitem", name="Reset Phone").click()
    expect(page.get_by_role("dialog")).to_contain_text("of Anna Berg")
    page.get_by_role("dialog").get_by_role("button", name="Restart").click()
    expect(page.get_by_text("Restart has begun")).to_be_visible()
    page.get_by_role("link", name=MAC, exact=True).click()
    head = page.get_by_role("region", name="How the phone is")
    expect(head.get_by_text("waiting", exact=True)).to_be_visible()
    with writing(database_of(company_app), ALL_TENANTS) as session:
        newest = select(OperationTarget).where(OperationTarget.key == MAC).order_by(OperationTarget.id.desc())
        target = session.scalars(newest.limit(1)).one()
        target.state, target.reason = TargetState.CONFIRMED, "It came back after the restart."
    expect(head.get_by_text("It came back after the restart.")).to_be_visible()
    head.get_by_role("link", name="Operation").click()
    page.wait_for_url("**/operations/*/")


def test_a_message_is_written_and_sent_by_keyboard(open_page: OpenPage, company_app: Flask):
    report_as_placed(company_app)
    page = open_page(f"/devices/{MAC}/")
    page.get_by_text("More", exact=True).press("Enter")
    page.locator("a[href$='/ask/message']").press("Enter")
    page.get_by_label("Text").fill("The exchange restarts at noon")
    page.get_by_label("Text").press("Enter")
    page.wait_for_url(f"**/devices/{MAC}/")
    expect(page.get_by_text("Send Message has begun")).to_be_visible()


def test_a_menu_of_a_row_opens_beside_its_button_and_closes_with_escape(open_page: OpenPage):
    page = open_page(LIST)
    button = page.get_by_role("button", name="Actions of").nth(5)
    button.click()
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    place, beside = button.bounding_box(), menu.bounding_box()
    assert place is not None
    assert beside is not None
    assert abs(beside["x"] + beside["width"] - place["x"] - place["width"]) < 2
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_on_a_narrow_screen_each_phone_is_a_card(open_page: OpenPage):
    page = open_page(LIST, size=NARROW)
    card = rows(page).first.bounding_box()
    assert card is not None
    assert card["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
