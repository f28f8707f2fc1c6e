"""Alarms as a person works them off: with the keyboard, while new ones come in."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import DeviceStatus
from app.models.enums import Severity
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms.recording import Alert, record
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.factories import NOW
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

POLL = "document.dispatchEvent(new Event('visibilitychange'))"
"""What a page does when one comes back to it: it asks at once."""


def raise_alarm(app: Flask, name: str) -> None:
    with writing(database_of(app), ALL_TENANTS) as session:
        mac = session.scalars(select(DeviceStatus.mac).order_by(DeviceStatus.mac)).first()
        alert = Alert(
            mac=mac, source=f"IPPhone/{mac}", wire_name=name, severity=Severity.MAJOR, is_clear=False, text="",
            info1="", info2="", unique_id="", reported_type="", reported_cause="", reported_date="", peer="192.0.2.1",
        )  # fmt: skip
        record(session, [alert], now=NOW.replace(year=2090))


def box_of(page: Page, row: int):
    return page.locator(".alarms tbody tr").nth(row).get_by_role("checkbox")


def test_new_alarms_come_in_and_what_was_selected_stays_so(open_page: OpenPage, company_app: Flask):
    page = open_page("/alarms/")
    chosen = box_of(page, 2)
    chosen.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    number = chosen.get_attribute("value")
    raise_alarm(company_app, "IPPHONE COFFEE IS COLD")
    page.mouse.move(5, 5)
    page.evaluate("lastMovedAt = 0")  # as if some time had gone by: who has just pressed a key keeps the list
    page.evaluate(POLL)
    expect(page.locator(".alarms .row-name").first).to_have_text("IPPHONE COFFEE IS COLD")
    expect(page.locator(f"#pick-{number}")).to_be_checked()
    expect(page.locator(f"#pick-{number}")).to_be_focused()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).first.click()
    expect(page.get_by_text("1 alarm is acknowledged.")).to_be_visible()
    expect(page.locator(f"tr:has(#pick-{number})")).to_contain_text("alice")


def test_all_that_match_are_shelved_and_found_on_the_shelf(open_page: OpenPage, company_app: Flask):
    for number in range(3):
        raise_alarm(company_app, f"IPPHONE TEAPOT {number}")
    page = open_page("/alarms/?q=teapot&size=2")
    expect(page.get_by_label("All 3 that match")).to_be_hidden()
    page.get_by_label("Select all alarms on this page").check()
    page.get_by_label("All 3 that match").check()
    expect(page.get_by_text("All selected")).to_be_visible()
    page.get_by_role("button", name="Shelve…").click()
    expect(page.get_by_role("heading", name="Shelve 3 alarms")).to_be_visible()
    page.get_by_label("How long").select_option("1 week")
    page.get_by_label("Reason").fill("tea time")
    page.get_by_role("button", name="Shelve", exact=True).click()
    expect(page.get_by_text("3 alarms are shelved.")).to_be_visible()
    expect(page.get_by_text("No alarm matches")).to_be_visible()
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("State").select_option("shelved")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".alarms tbody tr")).to_have_count(3)


def test_on_a_phone_each_alarm_is_a_card_and_is_deleted_after_a_question(
    open_page: OpenPage, company_app: Flask
):
    raise_alarm(company_app, "IPPHONE LAMP")
    page = open_page("/alarms/?q=lamp", size=(360, NARROW[1]))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Delete IPPHONE LAMP").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 alarm is deleted; history keeps it.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="IPPHONE LAMP").click()
    expect(page.get_by_text("alice deleted it.")).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)
