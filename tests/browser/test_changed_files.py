"""Diff before apply in a real browser: the bar, the list, differences, and generating with progress, by keyboard."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, select

from app.models import ConfigTemplate, Device, Placeholder, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services import changed_files, config_files
from app.transaction import writing
from tests.browser.conftest import OpenPage
from tests.factories import make_placeholder
from tests.views.installations import database_of
from tests.views.world import NOW

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
TENANT = "Initech"
TEMPLATE = "Audiocodes_405"


@pytest.fixture
def tenant_id(company_app: Flask) -> Iterator[int]:
    """The tenant all of whose phones have a template and their files; its placeholders go again."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        devices = session.scalars(
            select(Device).join(Device.tenant).where(Tenant.name == TENANT).order_by(Device.mac)
        ).all()
        template = session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == TEMPLATE)).one()
        for device in devices:
            device.template = template
        session.flush()
        config_files.generate_many(session, [device.id for device in devices], now=NOW)
        found = devices[0].tenant_id
    yield found
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.execute(delete(Placeholder))


@pytest.fixture
def number(company_app: Flask, tenant_id: int) -> int:
    """How many phones the tenant has."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        return len(session.scalars(select(Device.id).where(Device.tenant_id == tenant_id)).all())


@pytest.fixture
def changed(company_app: Flask, tenant_id: int) -> str:
    """The address of the list after the tenant's time server was changed, and its password."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        make_placeholder(session, "Primary_NTP", "ntp.initech.example", tenant_id=tenant_id)
        make_placeholder(session, "IPPhonePassword", "open-sesame", tenant_id=tenant_id)
    return f"/changed-files/?change=placeholder.tenant.{tenant_id}.Primary_NTP"


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Files that Generate would change")


def test_from_a_changed_value_to_generated_files(
    open_page: OpenPage, tenant_id: int, number: int, take_picture: TakePicture
):
    page = open_page(f"/tenant-configuration/placeholders/add/{tenant_id}")
    page.get_by_label("Name").fill("Primary_NTP")
    page.get_by_label("Value").fill("ntp.initech.example")
    page.get_by_role("button", name="Save").click()
    expect(bar(page).get_by_role("status")).to_have_text(f"{number} phones' files would change.")
    take_picture(page, "changed-files-bar")
    bar(page).get_by_role("link", name="See them").click()
    expect(page.get_by_text("%ITCS_Primary_NTP% of the tenant Initech.")).to_be_visible()
    expect(bar(page).get_by_role("status")).to_have_text(f"{number} phones' files would change.")
    row = page.get_by_role("region", name="Phones whose files would change").get_by_role("row").nth(1)
    row.get_by_role("button", name="Difference").click()
    expect(page.get_by_role("region", name="Difference of the file")).to_contain_text(
        "system/ntp/primary_server_address=ntp.initech.example"
    )
    take_picture(page, "changed-files")
    bar(page).get_by_role("button", name="Generate all").click()
    expect(bar(page).get_by_role("status")).to_contain_text(f"{number} files were generated.")
    expect(page.get_by_text("Phones have what Generate would write")).to_be_visible()
    page.goto(f"/tenant-configuration/placeholders/?owner={tenant_id}")
    page.wait_for_load_state("networkidle")
    expect(bar(page).get_by_role("status")).to_be_empty()
    expect(page.get_by_role("button", name="Generate now")).to_be_hidden()


def test_the_bar_generates_where_it_is(open_page: OpenPage, tenant_id: int, number: int, changed: str):
    page = open_page(f"/tenant-configuration/placeholders/?owner={tenant_id}")
    bar(page).get_by_role("button", name="Generate now").click()
    expect(bar(page).get_by_role("status")).to_have_text(f"{number} files were generated.")
    expect(bar(page)).to_contain_text("Phones fetch them when they next ask.")
    expect(bar(page).get_by_role("link", name="See them")).to_be_hidden()


def test_it_is_done_by_keyboard(open_page: OpenPage, number: int, changed: str):
    page = open_page(changed)
    button = page.get_by_role("button", name="Difference").first
    button.focus()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("region", name="Difference of the file")).to_be_visible()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("region", name="Difference of the file")).to_have_count(0)
    page.get_by_role("checkbox", name=re.compile("^Select 00908f")).first.press("Space")
    page.get_by_role("button", name="Generate selected").press("Enter")
    expect(page.get_by_text("1 file generated.")).to_be_visible()
    expect(bar(page).get_by_role("status")).to_have_text(f"{number - 1} phones' files would change.")


def test_it_is_stopped_and_goes_on(
    open_page: OpenPage, number: int, changed: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.views.changed_files.CHUNK", 1)
    page = open_page(changed)
    bar(page).get_by_role("button", name="Generate all").press("Enter")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(bar(page).get_by_role("status")).to_contain_text("Stopped:")
    said = bar(page).get_by_role("status").inner_text()
    made, left = (int(found) for found in re.findall(r"(\d+) (?:files? (?:was|were)|phone)", said))
    assert 0 < made < number
    assert made + left == number
    monkeypatch.undo()
    bar(page).get_by_role("button", name="Generate all").click()
    expect(bar(page).get_by_role("status")).to_have_text(f"{left} files were generated.")


def test_a_secret_that_changes_is_told_and_masked(open_page: OpenPage, changed: str):
    page = open_page(changed)
    page.get_by_role("button", name="Difference").first.click()
    difference = page.get_by_role("region", name="Difference of the file")
    expect(difference).to_contain_text("system/password=••••••")
    expect(difference).not_to_contain_text("open-sesame")


def test_pages_are_turned_to_the_phones_that_would_change(
    open_page: OpenPage, changed: str, monkeypatch: pytest.MonkeyPatch
):
    page = open_page(f"{changed}&size=10")
    first = page.get_by_role("checkbox", name=re.compile("^Select 00908f")).first.get_attribute("aria-label")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("checkbox", name=str(first))).to_have_count(0)
    page.get_by_role("link", name="First page").click()
    expect(page.get_by_role("checkbox", name=str(first))).to_have_count(1)
    monkeypatch.setattr(changed_files, "LOOK", 3)
    page.goto("/changed-files/?size=10")
    expect(page.get_by_role("checkbox", name=re.compile("^Select 00908f")).first).to_be_visible()


def test_it_fits_a_narrow_window(open_page: OpenPage, changed: str, take_picture: TakePicture):
    page = open_page(changed, size=(390, 844), theme="dark")
    expect(bar(page).get_by_role("button", name="Generate all")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
