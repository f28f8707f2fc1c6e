"""The page of one phone: by keyboard from its top to its past, while the phone goes on reporting."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence
from app.services.reports import Report
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.browser.phones import FIELDS, MAC, SIGNED_IN, report_as_placed
from tests.views.installations import database_of

pytestmark = pytest.mark.browser


def test_what_becomes_of_a_phone_is_followed_and_looked_up(open_page: OpenPage, company_app: Flask):
    report_as_placed(company_app)
    page = open_page(f"/devices/{MAC}/")
    head = page.get_by_role("region", name="How the phone is")
    expect(head).to_contain_text("registered")
    page.get_by_role("navigation", name="Parts of this page").get_by_role("link", name="History").press(
        "Enter"
    )
    expect(page).to_have_url(f"{page.url.partition('#')[0]}#history")
    said = FIELDS | SIGNED_IN | {"ip": "10.1.2.77"}
    with writing(database_of(company_app), ALL_TENANTS) as session:
        message = Report(MAC, said, Status.UNREGISTERED, "10.1.2.23", "Acme")
        presence.record_keep_alives(session, [message], now=datetime.now(UTC))
    expect(head).to_contain_text("unregistered", timeout=15_000)
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("10.1.2.77")
    history.get_by_role("link").first.press("Enter")
    page.wait_for_url("**/history/")
    page.get_by_role("link", name="Address").click()
    expect(page.get_by_text("10.1.2.77")).to_be_visible()
    expect(page.get_by_text("Lyon, floor 3")).to_be_hidden()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Export CSV").click()
    assert begun.value.suggested_filename == f"{MAC}-history.csv"


@pytest.mark.parametrize("path", ["", "history/", "provisioning/"])
def test_nothing_is_wider_than_a_narrow_screen(open_page: OpenPage, company_app: Flask, path: str):
    report_as_placed(company_app)
    page = open_page(f"/devices/{MAC}/{path}", size=NARROW, theme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
