"""From the dashboard to a phone, by its slices and by the picture of the network."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, OpenPage

pytestmark = pytest.mark.browser


def test_a_slice_and_its_name_lead_to_the_same_phones(open_page: OpenPage) -> None:
    page = open_page("/dashboard/")
    pie = page.get_by_role("region", name="Registered phones: Tenants")
    name = pie.get_by_role("link", name="Acme")
    slices = [link.get_attribute("href") for link in pie.locator(".pie__drawing a").all()]
    assert slices == [link.get_attribute("href") for link in pie.locator(".pie__legend a").all()]
    number = name.locator(".pie__count").inner_text()
    name.press("Enter")
    page.wait_for_url("**/devices-status/?status=registered&tenant=Acme")
    expect(page.get_by_text(f"of {number}").first).to_be_visible()


def test_the_network_is_unfolded_in_the_picture_down_to_a_phone(open_page: OpenPage) -> None:
    page = open_page("/topology/")
    picture = page.locator(".topology-picture")
    for part in ("Acme", "Berlin"):
        box = picture.locator("svg text", has_text=part).first
        expect(box).to_be_visible()
        box.hover()
        expect(page.locator(".topology-hint")).to_contain_text(part)
        box.click()
        if part == "Acme":
            page.wait_for_url("**/topology/?tenant=Acme")
    page.wait_for_url("**/topology/?tenant=Acme&site=Berlin")
    page.get_by_role("region", name="Subnets").get_by_role("link", name="10.1.1.0/24", exact=True).press(
        "Enter"
    )
    expect(page.get_by_role("region", name="Phones")).to_be_visible()
    page.get_by_role("link", name="External addresses").click()
    expect(page.get_by_role("columnheader", name="External address")).to_be_visible()


def test_a_narrow_page_is_as_wide_as_its_window(open_page: OpenPage) -> None:
    for address in ("/dashboard/", "/topology/", "/topology/?tenant=Acme&site=Berlin"):
        page = open_page(address, size=NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0], address
