"""Destinations as a person uses them: one is added, tried, and found in the log."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.models.enums import DestinationKind
from app.scheduler.courier import Courier
from app.services.destinations import keeping
from tests.browser.conftest import NARROW, OpenPage
from tests.receivers import MailServer, mail_server
from tests.services.noticing import ALICE, make_destination
from tests.views.installations import database_of, fill

pytestmark = pytest.mark.browser

PICTURED = (1200, 900)
TakePicture = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    """A mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def _courier(company_app: Flask) -> Iterator[None]:
    courier = Courier(database_of(company_app), leads=lambda: True, looks_every=0.05)
    courier.start()
    yield
    courier.stop()


@pytest.mark.usefixtures("_courier")
def test_a_destination_is_added_with_the_keyboard_and_tried(
    open_page: OpenPage, mail: MailServer, take_picture: TakePicture
):
    page = open_page("/destinations/", size=PICTURED)
    page.get_by_role("link", name="Mail").focus()
    page.keyboard.press("Enter")
    for label, text in (
        ("Name", "Night shift"), ("To", "noc@acme.com"), ("From", "ringmaster@acme.com"),
        ("Mail server", "localhost"), ("Port", str(mail.port)),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Encryption").select_option("None")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Night shift was added.")).to_be_visible()
    page.get_by_role("button", name="Send a test").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("250 2.0.0 Ok: queued as 4711")).to_be_visible(timeout=30_000)
    take_picture(page, "destination")
    assert mail.mails[-1]["Subject"] == "[TEST] The destination Night shift"
    page.get_by_role("link", name="Delivery log", exact=True).click()
    page.get_by_role("link", name="[TEST] The destination Night shift").click()
    expect(page.get_by_text("alice tests the destination Night shift.")).to_be_visible()


@pytest.mark.usefixtures("_courier")
def test_what_stands_in_the_way_is_said(open_page: OpenPage, company_app: Flask):
    def add(session):
        made = make_destination(session, DestinationKind.SYSLOG, "Nobody", transport="tcp", port="9")
        return made.id

    page = open_page(f"/destinations/{fill(company_app, add)}/")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("127.0.0.1, port 9: it refuses connections.")).to_be_visible(timeout=30_000)


def test_the_form_shows_what_the_version_of_snmp_needs(open_page: OpenPage):
    page = open_page("/destinations/add/snmp/", size=PICTURED)
    expect(page.get_by_label("Community")).to_be_visible()
    expect(page.get_by_label("User name")).to_be_hidden()
    page.get_by_label("Version").select_option("SNMP v3")
    expect(page.get_by_label("Community")).to_be_hidden()
    expect(page.get_by_label("Encryption password")).to_be_visible()


def test_nothing_sticks_out_on_a_phones_screen(open_page: OpenPage, company_app: Flask):
    def add(session):
        made = make_destination(session, DestinationKind.MAIL, "Small", tenant_id=None)
        keeping.switch(session, made, is_enabled=False, author=ALICE, now=datetime.now(UTC))
        return made.id

    shown = fill(company_app, add)
    for address in ("/destinations/", f"/destinations/{shown}/", "/delivery-log/"):
        page = open_page(address, size=NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        page.context.close()
