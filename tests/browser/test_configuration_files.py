"""Phone Configuration Files as a person uses them: selecting, deleting, editing, uploading, in both themes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Device
from app.models.enums import FileKind
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.services.author import Author
from app.services.config_files import edits
from app.services.config_files.edits import Destination, Upload
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.factories import get_template
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

LIST = "/configuration-files/"
TakePicture = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def _files(company_app: Flask) -> None:
    """Let some phones have their files, and put some beside them by hand."""
    now = datetime.now(UTC)
    with writing(database_of(company_app), ALL_TENANTS) as session:
        devices = session.scalars(select(Device).order_by(Device.mac).limit(30)).all()
        template = get_template(session)
        for device in devices:
            device.template = template
        session.flush()
        config_files.generate_many(session, [device.id for device in devices], now=now - timedelta(hours=7))
        who = {"author": Author("oscar"), "now": now - timedelta(minutes=3)}
        for name, kind in (
            ("company directory.xml", FileKind.COMPANY_DIRECTORY),
            ("dial plan.cfg", FileKind.UPLOADED),
        ):
            upload, goal = Upload(name, b"voip/dial_plan=[2-9]xx\n"), Destination(kind, None, replaces=True)
            edits.store(session, [upload], goal, **who)


def test_selected_files_are_deleted_after_a_question(open_page: OpenPage):
    page = open_page(f"{LIST}?kind=phone&size=20")
    expect(page.get_by_role("button", name="Delete selected")).to_be_hidden()
    boxes = page.locator('input[name="file"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Delete selected").press("Enter")
    expect(page.get_by_text("2 files will be deleted")).to_be_visible()
    page.get_by_role("button", name="Delete 2 files").click()
    expect(page.get_by_text("2 files were deleted.")).to_be_visible()


def test_all_that_match_are_deleted_after_a_question_that_says_how_many(open_page: OpenPage):
    page = open_page(f"{LIST}?q=dial")
    page.get_by_role("link", name="Delete all that match").click()
    expect(page.get_by_text("dial plan.cfg will be deleted.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("link", name="Delete all", exact=True)).to_be_visible()


def test_a_file_is_edited_beside_its_line_numbers(open_page: OpenPage):
    page = open_page(f"{LIST}?q=dial")
    page.get_by_role("link", name="Edit dial plan.cfg").click()
    text = page.get_by_label("Text")
    text.press("Control+End")
    text.press_sequentially("; of the spring\nsystem/ntp/enabled=1")
    expect(page.locator("[data-lines]")).to_contain_text("1\n2\n3")
    expect(page.locator("[data-place]")).to_have_text("Line 3, column 21")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("dial plan.cfg was saved.")).to_be_visible()
    expect(page.locator(".code__line")).to_have_count(3)


def test_a_refusal_leads_to_the_line_that_it_names(open_page: OpenPage):
    page = open_page(f"{LIST}?q=dial")
    page.get_by_role("link", name="Edit dial plan.cfg").click()
    page.get_by_label("Text").fill("system/ntp/enabled=1\nnonsense\nsystem/ntp/enabled=0\n")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2:")
    expect(page.get_by_label("Text")).to_be_focused()
    expect(page.locator("[data-place]")).to_have_text("Line 2, column 1")


def test_many_files_are_uploaded_at_once(open_page: OpenPage, tmp_path: Path):
    names = [f"ring tones {number}.cfg" for number in (1, 2)]
    for name in names:
        (tmp_path / name).write_text("system/ntp/enabled=1\n")
    page = open_page(LIST)
    page.get_by_role("link", name="Upload files").click()
    page.get_by_label("Tenant").select_option("Acme")
    page.get_by_label("Replace files").check()
    page.get_by_label("Files", exact=False).last.set_input_files([tmp_path / name for name in names])
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url(f"**{LIST}")
    expect(page.get_by_text("2 files are there.")).to_be_visible()


def test_configuration_files_in_pictures(open_page: OpenPage, take_picture: TakePicture):
    page = open_page(f"{LIST}?q=0&size=20", size=(1280, 720))
    page.locator('input[name="file"]').nth(2).check()
    take_picture(page, "configuration-files")
    edit = open_page(f"{LIST}?kind=phone", theme="dark", size=(1280, 720))
    edit.get_by_role("link", name="Edit 0").first.click()
    expect(edit.get_by_label("Text")).to_be_visible()
    take_picture(edit, "configuration-file-edit")
    for path in (LIST, "/configuration-files/upload", "/configuration-files/delete?choose=all&kind=phone"):
        narrow = open_page(path, size=NARROW)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
