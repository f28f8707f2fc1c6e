"""Import / Export as a person uses it: bring a file, read what it would do, import it by keyboard, undo it, export."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import PhoneUser
from app.scheduler.import_worker import ImportWorker
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

LIST = "/import-export/"
HEADER = "Name;Password;Display Name;Tenant;Device 1 MAC Address;Device 1 IP Phone Model;Device 1 Language\n"
TakePicture = Callable[[Page, str], None]
WorkOff = Callable[[], None]


@pytest.fixture
def work_off(company_app: Flask) -> WorkOff:
    """Do what the scheduler does."""
    return lambda: ImportWorker(database_of(company_app)).work_off() and None


def table(folder: Path, prefix: str, rows: int = 12) -> Path:
    """Write a table in which most rows are new and some are wrong."""
    lines = [
        f"{prefix}{number}@acme.com;secret{number};{prefix.title()} {number};Acme;00908fb{len(prefix)}{number:04x};"
        "Audiocodes_450HD_LYNC;German\n"
        for number in range(rows)
    ]
    lines[3] = f"{prefix}3@acme.com;;;Akme;00908fbe0003;;\n"
    lines[5] = f"{prefix}5@acme.com;;;Acme;00908fbe0005;Audiocodes_999;\n"
    lines[7] = f"{prefix}7@acme.com;;;Acme;00-90-8f;;\n"
    file = folder / "users.csv"
    file.write_text("\ufeff" + HEADER + "".join(lines), encoding="utf-8")
    return file


def bring(page: Page, file: Path, work_off: WorkOff) -> None:
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").press("Enter")
    expect(page.get_by_text("Looking at the rows.")).to_be_visible()
    work_off()
    expect(page.get_by_role("button", name="Import 9 rows")).to_be_visible()


def test_a_file_is_imported_by_keyboard_and_taken_back(
    open_page: OpenPage, company_app: Flask, tmp_path: Path, work_off: WorkOff, take_picture: TakePicture
):
    page = open_page(LIST)
    take_picture(page, "import-export")
    bring(page, table(tmp_path, "ada"), work_off)
    expect(page.get_by_text("9 users and 9 devices would be added")).to_be_visible()
    expect(page.get_by_text("3 rows with errors are left out")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Akme")).to_contain_text("in 1 row")
    take_picture(page, "import-preview")
    page.get_by_role("link", name="Error 3").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody")).to_contain_text('"00-90-8f" is not a MAC address')
    page.get_by_role("button", name="Import 9 rows").press("Enter")
    expect(page.get_by_text("all of them or none", exact=False)).to_be_visible()
    work_off()
    expect(page.get_by_text("were added just now")).to_be_visible()
    assert user_names(company_app, "ada") == 9
    with page.expect_download() as result:
        page.get_by_role("link", name="Result as a file").click()
    assert "ada0@acme.com Added, Device 00908fb30000 - added" in result.value.path().read_text(
        encoding="utf-8"
    )
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Take back 9 users and 9 devices?")
    page.get_by_role("button", name="Cancel").press("Enter")
    assert user_names(company_app, "ada") == 9
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taking back what was added.")).to_be_visible()
    work_off()
    expect(page.get_by_text("was taken back just now")).to_be_visible()
    assert user_names(company_app, "ada") == 0


def user_names(app: Flask, prefix: str) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return len(session.scalars(select(PhoneUser.id).where(PhoneUser.name.startswith(prefix))).all())


def test_a_wrong_file_is_refused_where_it_was_chosen(open_page: OpenPage, tmp_path: Path):
    page = open_page(LIST)
    wrong = tmp_path / "colours.csv"
    wrong.write_text("Name,Colour\nanna,blue\n", encoding="utf-8")
    page.get_by_label("File").set_input_files(wrong)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("alert")).to_contain_text(
        'colours.csv has a column "Colour", which means nothing here.'
    )
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    page.get_by_label("File").set_input_files(picture)
    expect(page.get_by_role("alert")).to_contain_text("picture.png does not end with .csv or .zip.")


def test_a_dropped_file_is_gone(open_page: OpenPage, tmp_path: Path, work_off: WorkOff):
    page = open_page(LIST)
    bring(page, table(tmp_path, "eve"), work_off)
    page.get_by_role("button", name="Drop the file").click()
    expect(page.get_by_text("The file was dropped")).to_be_visible()


def test_exports_are_downloads_with_their_real_names(open_page: OpenPage):
    page = open_page(LIST)
    for link, member in (
        ("Export users.zip", "users.csv"),
        ("Export Configuration.zip", "System_Settings.csv"),
    ):
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        assert download.value.suggested_filename == link.removeprefix("Export ")
        with zipfile.ZipFile(download.value.path()) as archive:
            assert member in archive.namelist()


def test_an_exported_configuration_is_looked_at_part_by_part(
    open_page: OpenPage, tmp_path: Path, work_off: WorkOff
):
    page = open_page(LIST)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export Configuration.zip").click()
    file = tmp_path / "Configuration.zip"
    download.value.save_as(file)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("Looking at the rows.")).to_be_visible()
    work_off()
    expect(page.get_by_text("The file adds nothing")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Part")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_narrow_screens_in_both_themes(
    open_page: OpenPage, tmp_path: Path, work_off: WorkOff, theme: str
):
    page = open_page(LIST, size=NARROW, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    bring(page, table(tmp_path, f"{theme}kim"), work_off)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_who_only_looks_is_offered_no_import(open_page: OpenPage):
    page = open_page(LIST, name="victor")
    expect(page.get_by_text("Passwords are masked")).to_be_visible()
    expect(page.get_by_role("button", name="Look at the file")).to_have_count(0)
    expect(page.get_by_role("link", name="Export Configuration.zip")).to_have_count(0)
