"""Placeholders and configuration values in a real browser: by keyboard, asked before a deed, told what is waiting."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from app.models import ConfigTemplate, ConfigurationValue, Device, Placeholder, Tenant
from app.models.enums import Layer, ValueLevel
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files, user_keys
from app.services.user_keys import Upload
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of
from tests.views.world import NOW

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]

# Files of other phones of the company may wait as well.
WAITING = re.compile(r"phone('s file|s' files) would change")


@pytest.fixture
def phone(company_app: Flask) -> Iterator[Device]:
    """A phone of Acme with a template and its file; what is given to it and its tenant goes again."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        device = session.scalars(
            select(Device).join(Device.tenant).where(Tenant.name == "Acme").order_by(Device.mac)
        ).first()
        device.template = session.scalars(
            select(ConfigTemplate).where(ConfigTemplate.name == "Audiocodes_430HD")
        ).one()
        config_files.generate(session, device, now=NOW)
        owner = {"tenant_id": device.tenant_id}
        template = {"template_id": device.template.id}
        session.add_all(
            (
                Placeholder(layer=Layer.TENANT, name="Primary_NTP", value="ntp.acme.example", **owner),
                Placeholder(layer=Layer.TEMPLATE, name="SipDigitMap", value="[2-9]xxx|0x.", **template),
                Placeholder(layer=Layer.TEMPLATE, name="MwiVmNumber", value="8000", **template),
                ConfigurationValue(
                    level=ValueLevel.TENANT, parameter="system/syslog/mode", value="NETWORK", **owner
                ),
                ConfigurationValue(
                    level=ValueLevel.TENANT, parameter="system/password", value="s3cret", **owner
                ),
            )
        )
    yield device
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.execute(delete(Placeholder))
        session.execute(delete(ConfigurationValue))


def test_a_placeholder_is_added_by_keyboard_and_deleted_after_a_question(open_page: OpenPage, phone: Device):
    page = open_page(f"/placeholders/devices/{phone.mac}/")
    page.get_by_role("link", name="Add new placeholder").press("Enter")
    page.get_by_label("Name").press_sequentially("SRTP")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("give one of 0, 1")).to_be_visible()
    page.get_by_label("Value").fill("1")
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name="%ITCS_SRTP%")
    expect(row).to_contain_text("this phone")
    added = page.get_by_label("Difference of the file").get_by_role("row", name="added")
    expect(added.filter(has_text="voip/media/srtp/enabled=1")).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("row", name="%ITCS_SRTP%")).to_contain_text("the system")


def test_a_line_that_is_there_asks_and_the_bar_tells_what_is_waiting(
    open_page: OpenPage, phone: Device, take_picture: TakePicture
):
    page = open_page(f"/tenant-configuration/{phone.tenant_id}/")
    expect(page.get_by_text(WAITING)).to_be_visible()
    take_picture(page, "tenant-configuration")
    page.get_by_role("link", name="Paste many lines").click()
    page.get_by_label("Lines").fill("system/syslog/mode = DISABLE\nsystem/syslog/log_level = 3")
    page.get_by_role("button", name="Add all").click()
    expect(page.get_by_role("alert")).to_contain_text("system/syslog/mode = NETWORK")
    page.get_by_role("button", name="Replace").press("Enter")
    expect(page.get_by_text("Lines: 1 added, 1 replaced.")).to_be_visible()
    page.get_by_role("link", name="See them").click()
    page.get_by_role("row", name=phone.mac).get_by_role("button", name="Difference").click()
    expect(page.get_by_label("Difference of the file")).to_contain_text("system/syslog/log_level = 3")


def test_pictures(open_page: OpenPage, phone: Device, take_picture: TakePicture):
    size = (1280, 760)
    take_picture(open_page(f"/placeholders/devices/{phone.mac}/", size=size), "effective-values")
    take_picture(open_page("/placeholders/defaults/", size=size), "placeholder-defaults")
    page = open_page("/placeholders/templates/", size=size)
    page.get_by_role("link", name="Audiocodes_430HD").first.click()
    expect(page.get_by_role("heading", name="Other placeholders in its text")).to_be_visible()
    take_picture(page, "template-placeholders")
    dark = open_page(f"/site-configuration/feature/{phone.site_id}/cap", size=size, theme="dark")
    expect(dark.get_by_label("Common area phone")).to_be_checked()


@pytest.mark.parametrize(
    "path",
    ["/placeholders/templates/", "/placeholders/devices/", "/tenant-configuration/", "/user-configuration/"],
)
def test_pages_fit_a_narrow_window(open_page: OpenPage, phone: Device, path: str):
    page = open_page(path, size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_lines_are_copied_from_another_tenant_after_a_look(
    open_page: OpenPage, take_picture: TakePicture, company_app: Flask, phone: Device
):
    with writing(database_of(company_app), ALL_TENANTS) as session:
        globex = session.scalars(select(Tenant).where(Tenant.name == "Globex")).one()
        for parameter, value in (("system/syslog/mode", "DISABLE"), ("system/ntp/enabled", "1")):
            session.add(
                ConfigurationValue(
                    level=ValueLevel.TENANT, tenant_id=globex.id, parameter=parameter, value=value
                )
            )
    page = open_page(f"/tenant-configuration/{globex.id}/")
    page.get_by_role("link", name="Copy from…").press("Enter")
    page.get_by_role("link", name="Acme").press("Enter")
    expect(page.get_by_role("heading", name="New (1)")).to_be_visible()
    expect(page.get_by_role("row", name="system/syslog/mode DISABLE NETWORK")).to_be_visible()
    expect(page.get_by_text("s3cret")).to_have_count(0)
    take_picture(page, "lines-copy")
    page.get_by_label("Replace them with those of Acme").press("Space")
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_text("1 added, 1 replaced")).to_be_visible()
    expect(page.get_by_role("row", name="system/syslog/mode NETWORK")).to_be_visible()
    narrow = open_page(
        f"/tenant-configuration/copy/{globex.id}?source={phone.tenant_id}", size=NARROW, theme="dark"
    )
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_what_a_user_set_on_the_phone_is_shown_and_deleted_after_a_question(
    open_page: OpenPage, take_picture: TakePicture, company_app: Flask, phone: Device
):
    lines = [
        (f"personal_settings/functional_key/{n}/key_label", name) for n, name in enumerate(("Bob", "Carol"))
    ]
    with writing(database_of(company_app), ALL_TENANTS) as session:
        sent = Upload(mac=phone.mac, user_name="", version=0, lines=tuple(lines), address="10.1.0.7")
        user_keys.upload(session, sent, now=NOW)
    page = open_page(f"/user-configuration/{phone.phone_user_id}/")
    expect(page.get_by_role("row", name="functional_key/1/key_label Carol")).to_be_visible()
    take_picture(page, "user-keys")
    narrow = open_page(f"/user-configuration/{phone.phone_user_id}/", size=NARROW, theme="dark")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("was deleted. A phone keeps it until it is reset.")).to_be_visible()
    expect(page.get_by_text("Carol")).to_have_count(0)
