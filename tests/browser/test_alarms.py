"""Alarms as a person works them off: with the keyboard, while new ones come in."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Destination, DeviceStatus
from app.models.enums import DestinationKind, RuleKind, Severity
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import outages
from app.services.alarms.recording import Alert, record
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.factories import NOW
from tests.services.rule_writing import activate
from tests.services.test_alarms import make_alert
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]

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
    page.get_by_role("textbox", name="Reason").fill("tea time")
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


def fail_together(app: Flask) -> None:
    """Let the phones of a tenant fail, under rules that make an outage of it and let it escalate."""
    now = datetime.now(UTC)
    steps = {
        "step1_after": "15",
        "step2_after": "30",
        "step1_destinations": "NOC",
        "step1_assigns_to": "Anna",
    }
    severities = {"step1_severity": "critical", **{f"step{each}_severity": "" for each in (2, 3, 4)}}
    with writing(database_of(app), ALL_TENANTS) as session:
        noc = Destination(
            name="NOC", kind=DestinationKind.MAIL, settings={}, rate_per_minute=60, created_at=now
        )
        session.add(noc)
        session.flush()
        activate(session, RuleKind.CORRELATE, ("", {"by": "tenant", "phones": "5", "severity": "major"}))
        activate(session, RuleKind.ESCALATE, ("", {**steps, **severities}))
        activate(
            session, RuleKind.ROUTE, ("", {"does": "forward", "at_least": "info", "destinations": "NOC"})
        )
        of_devices = (
            select(DeviceStatus).where(DeviceStatus.device_id.is_not(None)).order_by(DeviceStatus.mac)
        )
        by_tenant = Counter(status.tenant_id for status in session.scalars(of_devices))
        tenant_id = by_tenant.most_common(1)[0][0]
        macs = session.scalars(
            select(DeviceStatus.mac).where(DeviceStatus.tenant_id == tenant_id).limit(60)
        ).all()
        record(session, [make_alert(mac=mac, severity=Severity.MAJOR) for mac in macs], now=now)
        outages.settle(session, outages.find(session, now=now), now=now)


def test_an_outage_is_one_alarm_whose_page_says_what_comes_next(
    open_page: OpenPage, company_app: Flask, take_picture: TakePicture
):
    fail_together(company_app)
    page = open_page("/alarms/?state=part+of+an+outage&type=IPPhone+Register+Failure")
    expect(page.locator(".alarms tbody tr").first).to_contain_text("held")
    page.locator(".alarms .row-name").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is part of an outage, which is told instead.")).to_be_visible()
    page.locator("#parent").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#next-step")).to_contain_text("severity critical at")
    expect(page.locator("#next-step")).to_contain_text("NOC will be told")
    expect(page.get_by_role("heading", name="Part of this outage")).to_be_visible()
    expect(page.get_by_text("It was raised: NOC is to be told.")).to_be_visible()
    take_picture(page, "outage")
