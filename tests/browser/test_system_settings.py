"""System Settings as a person uses them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, OpenPage

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]


def test_a_setting_is_found_changed_and_saved_with_the_keyboard(open_page: OpenPage):
    page = open_page("/system-settings/")
    page.get_by_label("Find a setting").focus()
    page.keyboard.type("voice mail")
    expect(page.get_by_label("Voice mail number")).to_be_visible()
    expect(page.get_by_label("NTP server")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_label("Voice mail number").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("1001")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved: Voice mail number.")).to_be_visible()
    expect(page.get_by_label("Voice mail number")).to_have_value("1001")


def test_a_time_zone_fills_in_its_dates(open_page: OpenPage):
    page = open_page("/system-settings/#time")
    page.get_by_label("Time zone", exact=True).fill("America/New_York")
    page.get_by_role("button", name="Fill in offset and dates").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(page.get_by_label("GMT offset")).to_have_value("-05:00")
    start = page.get_by_role("group", name="Start time")
    expect(start.get_by_label("Week", exact=True)).to_have_value("2")
    expect(start.get_by_label("Day", exact=True)).to_be_hidden()


def test_nothing_sticks_out_on_a_phones_screen(open_page: OpenPage):
    page = open_page("/system-settings/", size=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_pictures(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/system-settings/")
    expect(page.get_by_role("heading", name="System Settings")).to_be_visible()
    take_picture(page, "system-settings")
    take_picture(open_page("/system-settings/#time", theme="dark"), "system-settings-dark")
