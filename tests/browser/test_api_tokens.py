"""A person makes a token, tries it in the viewer of the REST API, and revokes it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_a_token_is_made_tried_and_revoked(open_page: OpenPage):
    page = open_page("/account/tokens/")
    page.get_by_label("Name").fill("Wallboard")
    page.get_by_role("button", name="Make the token").click()
    shown = page.get_by_label("Copy it now")
    expect(shown).to_have_value(re.compile(r"rmt_[0-9a-f]{16}_[\w-]{43}"))
    expect(shown).to_be_focused()
    token = shown.input_value()

    page.get_by_role("link", name="REST API", exact=True).click()
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(token)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    page.locator("#operations-yourself-whoami .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(page.locator(".live-responses-table")).to_contain_text('"token": "Wallboard"')

    page.goto("/account/tokens/")
    expect(page.get_by_role("row", name="Wallboard")).to_contain_text("reads only")
    page.get_by_role("button", name="Revoke Wallboard").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token Wallboard was revoked")).to_be_visible()
    expect(page.get_by_text("No token yet")).to_be_visible()
