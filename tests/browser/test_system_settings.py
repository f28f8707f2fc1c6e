"""System Settings as a person uses them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, OpenPage
from tests.slapd import BASE, READER, READER_PASSWORD, Slapd

pytestmark = pytest.mark.browser

PICTURED = (1200, 800)
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
    page = open_page("/system-settings/", size=PICTURED)
    expect(page.get_by_role("heading", name="System Settings")).to_be_visible()
    take_picture(page, "system-settings")


def test_the_string_for_a_dhcp_server_is_copied_with_the_keyboard(open_page: OpenPage):
    page = open_page("/system-settings/dhcp-option/?tenant=Acme")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Tenant URL", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/firmwarefiles;ipp/tenant/Acme")


def test_what_a_model_gets_is_shown_with_its_reasons(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/system-settings/dhcp-option/", size=PICTURED)
    page.get_by_label("IPP model").select_option("430HD")
    page.locator("#trial-tenant").select_option("Globex")
    page.get_by_role("button", name="IPP with this model will get from the DHCP").click()
    expect(page.get_by_label("The file that a phone gets")).to_contain_text(
        "include Audiocodes_430HD_global_LYNC"
    )
    expect(page.get_by_text("is the factory template for 430HD")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    take_picture(page, "dhcp-option")


def test_ovr_is_put_in_saved_and_generated(open_page: OpenPage):
    page = open_page("/system-settings/dhcp-option/")
    page.get_by_text("One Voice Resiliency (OVR)").click()
    page.get_by_label("Address of the SBC").fill("10.9.9.9")
    page.get_by_label("Its listening port").fill("5067")
    page.get_by_role("button", name="Put the lines in").click()
    page.get_by_role("button", name="Save and generate").click()
    now = page.get_by_label("The file as phones get it now")
    expect(now).to_contain_text("lync/sign_in/fixed_outbound_proxy_port=5067")
    page.get_by_role("button", name="Restore to default").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore to default").click()
    expect(page.get_by_text("The template is the default again.")).to_be_visible()
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(now).not_to_contain_text("lync")


def test_the_sbc_proxy_is_set_and_taken_away_again(open_page: OpenPage):
    page = open_page("/system-settings/sbc-proxy/", theme="dark")
    page.get_by_label("Address for phones").fill("10.9.9.9")
    page.get_by_label("Port for phones").fill("8080")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_label("Tenant URL")).to_have_value(
        "http://10.9.9.9:8080/firmwarefiles;ipp/tenant/Acme"
    )
    page.get_by_label("Address for phones").fill("")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("There is no file yet")).to_be_visible()


def test_a_directory_is_searched_as_typed_with_the_keyboard(
    open_page: OpenPage, take_picture: TakePicture, slapd: Slapd
):
    page = open_page("/system-settings/ldap/", size=PICTURED)
    page.get_by_label("Server address").fill("localhost")
    page.get_by_label("Port", exact=True).fill(str(slapd.port))
    page.get_by_label("User name").fill(READER)
    page.get_by_label("Password", exact=True).fill(READER_PASSWORD)
    page.get_by_label("Base").fill(BASE)
    page.get_by_label("Display name", exact=True).fill("%sn, %givenName")
    page.get_by_label("Encryption").select_option("StartTLS")
    page.get_by_label("Trusted certificates").fill(slapd.certificate)
    page.get_by_label("Typed into the phone").fill("bla")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="As a phone shows it")).to_contain_text("Blackwell, Ann")
    expect(page.get_by_label("Base")).to_have_value(BASE)
    take_picture(page, "ldap-test")
    page.goto("/system-settings/ldap/")
    expect(page.get_by_label("Server address")).to_have_value("")


def test_what_is_wrong_with_a_directory_is_said(open_page: OpenPage):
    page = open_page("/ldap-test/", name="victor", theme="dark")
    page.get_by_label("Typed into the phone").fill("bla")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("alert")).to_contain_text("No LDAP server is set")
