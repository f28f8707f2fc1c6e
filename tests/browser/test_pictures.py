"""The pictures of the documentation: taken anew with RINGMASTER_PICTURES=1, and looked at by a person."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.phones import MAC, report_as_placed

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]


def test_sign_in(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/login/", name=None)
    expect(page.get_by_role("heading", name="Ringmaster")).to_be_visible()
    take_picture(page, "sign-in")


def test_dashboard(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/dashboard/")
    expect(page.get_by_role("heading", name="Newest reports")).to_be_visible()
    take_picture(page, "dashboard")
    take_picture(open_page("/dashboard/", theme="dark"), "dashboard-dark")


def test_alarms(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/alarms/")
    expect(page.get_by_role("row", name="critical").first).to_be_visible()
    take_picture(page, "alarms")


def test_devices_status(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    report_as_placed(company_app)
    page = open_page("/devices-status/?tenant=Acme&sort=status")
    expect(page.get_by_role("row", name="disconnected").first).to_be_visible()
    take_picture(page, "devices-status")


def test_device(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    report_as_placed(company_app)
    page = open_page(f"/devices/{MAC}/", size=(1440, 1200))
    expect(page.get_by_role("heading", name="Why did it get this")).to_be_visible()
    take_picture(page, "device")
