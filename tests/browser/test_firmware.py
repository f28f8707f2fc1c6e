"""Phone Firmware Files as a person uses them: with progress, by keyboard, in both themes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.services.author import Author
from app.services.firmware import files
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage, sign_in
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
IMAGE = b"\0\x01420HDUC_3.2.1.558\0" + bytes(range(256)) * 20_000


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "420HD.img"
    path.write_bytes(IMAGE)
    return path


@pytest.fixture
def some_firmware(company_app: Flask) -> None:
    """Firmware of a company that has tried things."""
    folder = company_app.extensions["ringmaster_settings"].data_dir / "firmware"
    for name, version, size, groups in (
        ("430HD.img", "UC_3.4.6.604", 28_400_000, ""),
        ("450HD.img", "UC_3.4.6.604", 31_100_000, ""),
        ("450HD pilot Berlin.img", "UC_3.4.8.808", 31_400_000, "Pilot, Berlin"),
        ("405.img", "2.2.16.142.27", 14_900_000, ""),
        ("HRS.dfu", "1.7.0.12", 2_300_000, "Meeting rooms"),
    ):
        with files.draft(folder) as draft:
            draft.write(b"\0" + name.encode() + version.encode() + b"\0")
            draft.write(bytes(size))
            with draft.placed() as stored, writing(database_of(company_app), ALL_TENANTS) as session:
                if firmware.find(session, name) is None:
                    who = {"author": Author("oscar"), "now": datetime.now(UTC)}
                    firmware.add(session, stored, name, firmware.labels_of("", version, groups), **who)


def test_a_model_in_red_gets_its_firmware_by_keyboard(open_page: OpenPage, image: Path):
    page = open_page("/firmware/")
    red = page.get_by_role("row", name="No firmware for the 420HD")
    red.get_by_role("link", name="Upload firmware for the 420HD").press("Enter")
    page.wait_for_url("**/firmware/upload?model=420HD")
    expect(page.get_by_label("Default firmware of model")).to_have_value("420HD")
    page.get_by_label("Description").fill("The spring release")
    page.get_by_label("Groups").fill("Pilot")
    page.get_by_label("File").set_input_files(image)
    page.get_by_label("Groups").press("Enter")
    page.wait_for_url("**/firmware/")
    expect(page.get_by_text("The firmware 420HD.img is there (5.1 MB).")).to_be_visible()
    row = page.get_by_role("row", name="420HD.img", exact=False).first
    expect(row).to_contain_text("UC_3.2.1.558")
    row.get_by_role("link", name="Delete 420HD.img").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("row", name="No firmware for the 420HD")).to_be_visible()


def test_a_file_that_cannot_be_taken_is_refused_before_it_is_sent(open_page: OpenPage, tmp_path: Path):
    wrong = tmp_path / "420HD.jpeg"
    wrong.write_bytes(b"x")
    page = open_page("/firmware/upload")
    page.get_by_label("Description").fill("A mistake")
    page.get_by_label("File").set_input_files(wrong)
    expect(page.get_by_role("alert")).to_contain_text("420HD.jpeg does not end with .img or .dfu.")
    expect(page.get_by_label("Description")).to_have_value("A mistake")


def test_a_picture_is_refused_above_the_form_which_keeps_what_was_typed(
    browser: Browser, address: str, tmp_path: Path
):
    """Without ``open_page``, since the console of the browser notes an answer that is no success."""
    picture = tmp_path / "420HD.img"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(10_000))
    context = browser.new_context(base_url=address)
    page = context.new_page()
    sign_in(page, "oscar")
    page.goto("/firmware/upload")
    page.get_by_label("Description").fill("A mistake")
    page.get_by_label("File").set_input_files(picture)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The file is a JPEG picture and no firmware")
    expect(page.get_by_label("Description")).to_have_value("A mistake")
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_enabled()
    context.close()


def test_progress_is_told_and_an_upload_can_be_cancelled(open_page: OpenPage, image: Path):
    page = open_page("/firmware/upload")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_label("File").set_input_files(image)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("[data-upload-text]")).to_contain_text("MB", timeout=15_000)
    page.get_by_role("button", name="Cancel upload").click()
    expect(page.get_by_role("alert")).to_contain_text("The upload was cancelled, and nothing was kept.")
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_enabled()


@pytest.mark.usefixtures("some_firmware")
def test_firmware_in_pictures(open_page: OpenPage, take_picture: TakePicture):
    page = open_page("/firmware/")
    expect(page.get_by_role("row", name="pilot Berlin")).to_be_visible()
    take_picture(page, "firmware")
    page.get_by_role("link", name="450HD.img", exact=True).click()
    expect(page.get_by_role("heading", name="What they run")).to_be_visible()
    take_picture(page, "firmware-file")
    page.get_by_role("link", name="Make it a default").press("Enter")
    page.get_by_label("Default firmware of model").select_option("430HD")
    page.get_by_role("button", name="Make it the default").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="430HD.img is the default of the 430HD")).to_be_visible()
    expect(page.get_by_role("button", name="Replace")).to_be_visible()
    narrow = open_page("/firmware/", size=NARROW, theme="dark")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
