"""The pictures of the documentation: taken anew with RINGMASTER_PICTURES=1, and looked at by a person."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import InstalledLicense
from tests import licensed
from tests.browser.conftest import OpenPage
from tests.browser.phones import MAC, report_as_placed
from tests.browser.template_work import NAME, give_template, template_id_of, template_with_history
from tests.views.installations import fill

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


def test_menu(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/users/edit/2")
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("Manage Users")
    take_picture(page, "menu")
    page = open_page("/users/edit/2", size=(360, 820), theme="dark")
    expect(page.get_by_role("link", name="Manage Users")).to_be_hidden()
    take_picture(page, "narrow")


def test_topology(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/topology/")
    expect(page.locator(".topology-picture").get_by_text("Acme", exact=False).first).to_be_visible()
    take_picture(page, "topology")


def test_alarms(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/alarms/")
    expect(page.get_by_role("row", name="critical").first).to_be_visible()
    take_picture(page, "alarms")


def test_alarm(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/alarms/?type=IPPhone+Survivable+Mode+Start")
    page.locator(".alarms .row-name").first.click()
    page.get_by_label("Comment").fill("The provider works on the line to the branch; back by noon.")
    page.get_by_role("button", name="Add the comment").click()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_text("alice acknowledged it.")).to_be_visible()
    take_picture(page, "alarm")


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


def test_templates(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    template_with_history(company_app)
    give_template(company_app)
    page = open_page("/templates/?q=45")
    expect(page.get_by_role("row", name="edited").first).to_be_visible()
    take_picture(page, "templates")


def test_template_editor(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    page = open_page(f"/templates/edit/{template_id_of(company_app, NAME)}")
    text = page.get_by_label("Text", exact=True)
    text.fill(text.input_value().replace("%ITCS_Language%", "%ITCS_Lnguage%"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Did you mean %ITCS_Language%?")).to_be_visible()
    take_picture(page, "template-editor")


def test_template_version(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    template_id = template_with_history(company_app)
    page = open_page(f"/templates/versions/{template_id}/3")
    expect(page.get_by_role("button", name="Roll back")).to_be_visible()
    take_picture(page, "template-version")


def test_templates_mapping(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    template_with_history(company_app)
    page = open_page("/templates-mapping/?tenant=Acme")
    expect(page.get_by_text("default of Acme").first).to_be_visible()
    take_picture(page, "templates-mapping")


def test_license(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    fill(company_app, license_for_a_company)
    with licensed.trusted():
        page = open_page("/license/", size=(1440, 1180))
        expect(page.get_by_role("heading", name="Endpoints per tenant")).to_be_visible()
        take_picture(page, "license")
        page = open_page("/license/", theme="dark")
        page.get_by_label("Or its text").fill("Ringmaster license 2")
        page.get_by_role("button", name="Install").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("is of the format 2")
    fill(company_app, lambda session: session.execute(delete(InstalledLicense)))


def license_for_a_company(session: Session) -> None:
    with licensed.trusted():
        licensed.install_current(session, holder="Acme Corporation", devices="350")
