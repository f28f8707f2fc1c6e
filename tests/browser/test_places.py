"""Tenants, sites and phone models, as a person manages them, with the keyboard as well as the mouse."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import PhoneModel, PhoneUser, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services import tenancy
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of
from tests.views.world import NOW, add_tenant

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]


@pytest.fixture
def umbrella(company_app: Flask) -> Iterator[int]:
    """A tenant without phones, with two sites and some users; gone after the test."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        tenant = add_tenant(session, "Umbrella", "10.9.0.0/16")
        session.add_all(Site(tenant=tenant, name=name) for name in ("Raccoon", "Spencer"))
        session.add_all(
            PhoneUser(tenant=tenant, name=f"user {number}", created_at=NOW) for number in range(12)
        )
        session.flush()
        found = tenant.id
    yield found
    with writing(database_of(company_app), ALL_TENANTS) as session:
        tenant = session.get(Tenant, found)
        if tenant is not None:
            tenancy.clear_tenant(session, tenant)
            session.delete(tenant)


def id_of(app: Flask, name: str) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Tenant.id).where(Tenant.name == name)).one()


def test_a_wrong_subnet_has_the_keyboard_and_says_what_was_meant(open_page: OpenPage):
    page = open_page("/tenants/add")
    page.get_by_label("Name").fill("Hooli")
    page.get_by_label("Subnet").fill("10.8.2.3/16")
    page.get_by_label("Subnet").press("Enter")
    expect(page.get_by_text("did you mean 10.8.0.0/16?")).to_be_visible()
    expect(page.get_by_label("Subnet")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Hooli")


def test_a_new_default_is_asked_for_and_can_be_given_up(
    open_page: OpenPage, umbrella: int, company_app: Flask
):
    page = open_page(f"/tenants/edit/{umbrella}")
    page.get_by_label("Default", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Default is the default tenant now.")).to_be_visible()
    expect(page.get_by_role("button", name="Save, and take over from Default")).to_be_focused()
    page.get_by_label("Default", exact=True).uncheck()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The tenant Umbrella was saved.")).to_be_visible()
    with reading(database_of(company_app), ALL_TENANTS) as session:
        assert session.scalars(select(Tenant.name).where(Tenant.is_default)).all() == ["Default"]


def test_an_address_is_copied(open_page: OpenPage, umbrella: int):
    page = open_page(f"/tenants/show/{umbrella}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy DHCP option 160", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/firmwarefiles;ipp/tenant/Umbrella")


def test_a_tenant_goes_after_its_page_was_read(open_page: OpenPage, umbrella: int):
    page = open_page("/tenants/list/?q=umbrella")
    page.get_by_role("link", name="Delete Umbrella").click()
    expect(page.get_by_text("12 phone users")).to_be_visible()
    expect(page.get_by_role("link", name="Raccoon")).to_be_visible()
    page.get_by_role("button", name="Delete Umbrella").click()
    expect(page.get_by_text("The tenant Umbrella was deleted.")).to_be_visible()


def test_a_site_is_added_from_its_tenants_page(open_page: OpenPage, umbrella: int):
    page = open_page(f"/tenants/show/{umbrella}")
    page.get_by_role("link", name="Add a site").click()
    expect(page.get_by_label("Tenant")).to_have_value(str(umbrella))
    page.get_by_label("Name").fill("Arklay")
    page.get_by_label("Subnet").fill("10.9.3.0/24")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The site Arklay / Umbrella was added.")).to_be_visible()


def test_a_model_of_another_vendor_is_recognised(open_page: OpenPage, company_app: Flask):
    page = open_page("/phone-models/add")
    page.get_by_label("Vendor").fill("Fanvil")
    page.get_by_label(re.compile(r"^Name\b")).fill("X4U")
    page.get_by_label("User-Agent pattern").fill("Fanvil X4U *")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Recognise a phone").click()
    page.get_by_label("User-Agent").fill("Fanvil X4U 2.4.5 0c383e1a2b3c")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It fits the pattern of X4U.")).to_be_visible()
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.delete(session.scalars(select(PhoneModel).where(PhoneModel.name == "X4U")).one())


def test_pictures(open_page: OpenPage, take_picture: TakePicture, umbrella: int, company_app: Flask):
    acme = id_of(company_app, "Acme")
    page = open_page("/tenants/list/")
    take_picture(page, "tenants")
    for path, name in (
        (f"/tenants/show/{acme}", "tenant"),
        (f"/tenants/delete/{umbrella}", "tenant-delete"),
        ("/phone-models/list/", "phone-models"),
    ):
        page.goto(path)
        take_picture(page, name)
    for path in ("/tenants/list/", f"/tenants/show/{acme}", f"/tenants/delete/{acme}"):
        narrow = open_page(path, size=NARROW, theme="dark")
        expect(narrow.get_by_role("heading", level=1)).to_be_visible()
