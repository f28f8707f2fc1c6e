"""What browsers load beside a page: kept for a year under an address of its own, compressed, and no icon too few."""

import gzip
from pathlib import Path

import pytest
from flask import Flask

from app.views.static_files import KEPT_FOR, KEPT_WITHOUT_VERSION
from tests.views.browsing import Browser
from tools.write_icons import used_icons, written_icons

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def visitor(shared_app: Flask) -> Browser:
    return Browser(shared_app)


def style_sheet(visitor: Browser) -> str:
    """Return the address of the first style sheet of a page."""
    return visitor.get("/login/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]


def test_a_file_is_kept_for_a_year_under_the_hash_of_its_bytes(visitor: Browser):
    with visitor.get(style_sheet(visitor)) as answer:
        assert answer.cache_control.max_age == KEPT_FOR.total_seconds()
        assert answer.cache_control.immutable


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/ringmaster/",
        "/.git/config",
        "/static/../.git/config",
        "/static/..%2f..%2fconfig.py",
    ],
)
def test_no_folder_is_listed_and_nothing_beside_it_is_sent(visitor: Browser, address: str):
    assert visitor.get(address).status_code == 404


@pytest.mark.parametrize("query", ["", "?v=0123456789ab"])
def test_a_file_under_another_address_is_asked_for_again(visitor: Browser, query: str):
    with visitor.get(f"{style_sheet(visitor).partition('?')[0]}{query}") as answer:
        assert answer.status_code == 200
        assert answer.cache_control.max_age == KEPT_WITHOUT_VERSION.total_seconds()


def test_another_content_is_another_address(shared_app: Flask, visitor: Browser, monkeypatch, tmp_path: Path):
    (tmp_path / "icons").mkdir()
    sheet = tmp_path / "icons" / "icons.css"
    monkeypatch.setattr(shared_app, "static_folder", str(tmp_path))
    addresses = []
    for text in ("a {}", "b {}"):
        sheet.write_text(text)
        page = visitor.get("/login/").text
        addresses.append(page.partition("/icons/icons.css")[2].partition('"')[0])
    assert addresses[0].startswith("?v=")
    assert addresses[0] != addresses[1]


def test_pages_and_style_sheets_are_compressed_for_who_can_read_that(
    people: dict[str, Browser], visitor: Browser
):
    for address in ("/tenants/list/", style_sheet(visitor)):
        with (
            people["alice"].get(address) as plain,
            people["alice"].get(address, headers=GZIP) as packed,
        ):
            assert "Content-Encoding" not in plain.headers
            assert packed.headers["Content-Encoding"] == "gzip"
            assert packed.headers["Vary"].count("Accept-Encoding") == 1
            assert len(packed.data) < len(plain.data) / 2
            assert packed.content_length == len(packed.data)
            assert gzip.decompress(packed.data)[:200] == plain.data[:200]


def test_the_length_of_a_page_does_not_tell_what_is_in_it(people: dict[str, Browser]):
    lengths = {len(people["alice"].get("/roles/", headers=GZIP).data) for _ in range(8)}
    assert len(lengths) > 2


def test_a_compressed_file_is_not_sent_again(visitor: Browser):
    address = style_sheet(visitor)
    with visitor.get(address, headers=GZIP) as first:
        tag = first.headers["ETag"]
    with visitor.get(address, headers={**GZIP, "If-None-Match": tag}) as second:
        assert second.status_code == 304


def test_phones_get_what_they_always_got(visitor: Browser):
    with visitor.get("/firmwarefiles/nothing.img", headers=GZIP) as answer:
        assert "Content-Encoding" not in answer.headers
        assert "Accept-Encoding" not in answer.headers.get("Vary", "")


def test_every_icon_of_a_page_is_in_the_font():
    assert written_icons() == used_icons(), "run python -m tools.write_icons"
