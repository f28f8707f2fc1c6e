"""Manage Users as a person uses it: found, unfolded and added by keyboard; asked before phones are replaced or go."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceSeen, DeviceStatus, PhoneUser, Site, Tenant
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files, device_deletion
from app.services.author import Author
from app.transaction import reading, writing
from tests import factories
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of
from tests.views.world import NOW

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
NEW = "00908f0a0a77"


@pytest.fixture(scope="module", autouse=True)
def _people(company_app: Flask) -> Iterator[None]:
    """Clara Weiss of Acme has three phones, one of them never heard of; they have templates and files.

    All of it goes again, because other tests count what Acme has.
    """
    with writing(database_of(company_app), ALL_TENANTS) as session:
        acme = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        clara = factories.make_user(
            session, "clara.weiss@acme.example", display_name="Clara Weiss", nickname="Reception",
            tenant=acme, created_at=NOW, password="s3cret",
        )  # fmt: skip
        site = factories.make_site(session, "Vienna", tenant=acme)
        template = factories.get_template(session, "Audiocodes_430HD")
        for number, (name, status) in enumerate(
            (("Reception", Status.REGISTERED), ("Back office", Status.OFFLINE), ("Spare", None)), 1
        ):
            device = factories.make_device(
                session, mac=f"00908f0a0a0{number}", site=site, phone_user=clara, template=template,
                display_name=name, created_at=NOW,
            )  # fmt: skip
            if status:
                factories.make_status(
                    session, device=device, status=status, ip=f"10.1.9.{number}", firmware_version="2.2.16.142",
                    status_changed_at=NOW, first_seen_at=NOW, seen_at=NOW,
                )  # fmt: skip
            config_files.generate(session, device, now=NOW)
    yield
    with writing(database_of(company_app), ALL_TENANTS) as session:
        clara = session.get_one(PhoneUser, clara_id(session))
        macs = session.scalars(select(Device.mac).where(Device.phone_user_id == clara.id)).all()
        device_deletion.delete_user(session, clara, author=Author("tests"), now=NOW)
        for kind in (DeviceStatus, DeviceSeen):
            session.execute(delete(kind).where(kind.mac.in_(macs)))
        session.execute(delete(Site).where(Site.name == "Vienna"))


def test_a_user_is_suggested_and_taken_by_keyboard(open_page: OpenPage):
    page = open_page("/devices/00908f0a0a01/edit")
    field = page.get_by_label("User", exact=True)
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    field.fill("")
    field.press_sequentially("CLARA")
    expect(options.first).to_contain_text("Clara Weiss")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("Escape")
    expect(options.first).to_be_hidden()
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("clara.weiss@acme.example")
    expect(options.first).to_be_hidden()
    field.press("Enter")
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()


def test_a_user_is_found_and_unfolded_by_keyboard(open_page: OpenPage):
    page = open_page("/users/")
    page.get_by_label("Search", exact=True).fill("00:90:8F:0A:0A:02")
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/?q=00*")
    button = page.get_by_role("button", name="Phones of clara.weiss@acme.example")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="00908f0a0a02", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="offline").last).to_contain_text("Back office")
    button.press("Enter")
    expect(page.get_by_role("link", name="00908f0a0a02", exact=True)).to_be_hidden()


def test_unfolding_that_fails_says_so_and_can_be_tried_again(open_page: OpenPage):
    page = open_page("/users/?q=clara")
    page.route("**/users/devices/*", lambda route: route.fulfill(status=302, headers={"Location": "/login/"}))
    button = page.get_by_role("button", name="Phones of clara.weiss@acme.example")
    button.click()
    expect(page.get_by_text("The phones could not be read.")).to_be_visible()
    page.unroute("**/users/devices/*")
    button.click()
    button.click()
    expect(page.get_by_role("link", name="00908f0a0a01", exact=True)).to_be_visible()


def test_a_user_and_a_phone_are_added_by_keyboard_and_deleted_after_a_look(
    open_page: OpenPage, company_app: Flask
):
    page = open_page("/users/?tenant=Acme")
    page.get_by_role("link", name="New User").press("Enter")
    page.wait_for_url("**/users/add?tenant=Acme")
    expect(page.get_by_label("Tenant")).to_have_value(tenant_id(company_app))
    page.get_by_label("Name *").press_sequentially("Zoë Ödön-Büro 3")
    expect(page.get_by_label("This password")).to_be_hidden()
    page.get_by_role("radio", name="None").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_label("This password").press_sequentially("open-sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The user Zoë Ödön-Büro 3 was added.")).to_be_visible()
    expect(page.get_by_text("open-sesame")).to_have_count(0)
    page.get_by_role("link", name="Show").click()
    expect(page.get_by_text("open-sesame")).to_be_visible()

    page.get_by_role("link", name="Add a phone").first.press("Enter")
    expect(page.get_by_label("Display Name")).to_have_value("Zoë Ödön-Büro 3")
    page.get_by_label("IP Phone Template").select_option(label="Audiocodes_430HD (430HD)")
    page.get_by_label("MAC Address").fill("00:90:8F:0A:0A:01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "is the phone of clara.weiss@acme.example (Acme) already"
    )
    page.get_by_label("MAC Address").fill("00-90-8F-0A-0B-01")
    page.get_by_text("Advanced Settings").press("Enter")
    page.get_by_label("VLAN Discovery mode").select_option(label="Manual Configuration")
    page.get_by_label("VLAN ID").fill("20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The phone 00908f0a0b01 was added, and its file is ready.")).to_be_visible()

    page.get_by_role("link", name="Delete", exact=True).press("Enter")
    expect(page.get_by_text("1 device", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete Zoë Ödön-Büro 3").press("Enter")
    expect(page.get_by_text("The user Zoë Ödön-Büro 3 was deleted.")).to_be_visible()
    with writing(database_of(company_app), ALL_TENANTS) as session:
        assert session.scalar(select(Device).where(Device.mac == "00908f0a0b01")) is None


def test_a_phone_is_replaced_after_a_look(open_page: OpenPage, company_app: Flask, take_picture: TakePicture):
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.execute(delete(DeviceStatus).where(DeviceStatus.mac == NEW))
        factories.make_status(session, mac=NEW, model="430HD", tenant=None, firmware_version="2.2.16.142")
    page = open_page("/devices/00908f0a0a02/replace")
    page.get_by_label("MAC address of the new phone").fill("00:90:8F:0A:0A:01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is the phone of clara.weiss@acme.example")
    page.get_by_label("MAC address of the new phone").fill("00:90:8F:0A:0A:77")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{NEW} waits for approval, and is approved by this.")).to_be_visible()
    take_picture(page, "replace-phone")
    page.get_by_role("button", name="Replace").press("Enter")
    expect(
        page.get_by_text(f"The phone 00908f0a0a02 was replaced by {NEW}, whose file is ready.")
    ).to_be_visible()
    page.goto("/devices/00908f0a0a02/")
    expect(page.get_by_text("The phone 00908f0a0a02 was replaced by this one.")).to_be_visible()


def test_manage_users_in_pictures(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/users/?tenant=Acme&q=a")
    button = page.get_by_role("button", name="Phones of clara.weiss@acme.example")
    if not button.count():
        page = open_page("/users/?q=clara")
        button = page.get_by_role("button", name="Phones of clara.weiss@acme.example")
    button.click()
    expect(page.get_by_role("link", name="00908f0a0a01", exact=True)).to_be_visible()
    button.scroll_into_view_if_needed()
    take_picture(page, "users")
    for address in ("/users/", "/users/add", "/users/without-user/"):
        narrow = open_page(address, size=NARROW, theme="dark")
        assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0], address


def test_a_user_in_pictures(open_page: OpenPage, take_picture: TakePicture, company_app: Flask):
    with reading(database_of(company_app), ALL_TENANTS) as session:
        clara = clara_id(session)
    page = open_page(f"/users/show/{clara}")
    expect(page.get_by_role("heading", name="Phones")).to_be_visible()
    take_picture(page, "user")
    form = open_page(f"/devices/add/{clara}", size=(1440, 1250))
    form.get_by_text("Advanced Settings").click()
    take_picture(form, "phone-add")
    for address in (f"/users/show/{clara}", f"/devices/add/{clara}", "/devices/00908f0a0a01/replace"):
        narrow = open_page(address, size=NARROW, theme="dark")
        assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0], address


def clara_id(session: Session) -> int:
    return session.scalars(select(PhoneUser.id).where(PhoneUser.name.startswith("clara"))).one()


def tenant_id(app: Flask) -> str:
    with reading(database_of(app), ALL_TENANTS) as session:
        return str(session.scalars(select(Tenant.id).where(Tenant.name == "Acme")).one())
