"""Firmware (E10): streamed, resumable, and never sent to a phone that holds it."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from tests import factories
from tests.phone_api.doors import ADDRESS

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

CONTENT = b"430HDUC_2.0.13.121 " + bytes(range(256)) * 3000
TARGET = "/firmwarefiles/430HD.img"


@pytest.fixture(autouse=True)
def _stored_firmware(setting_up, settings):
    with setting_up() as session:
        factories.make_firmware(session, settings.data_dir, "430HD.img", CONTENT)


def test_the_whole_file_comes_with_what_it_is_checked_by(first_phone):
    answer = first_phone.get(TARGET)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["last-modified"].endswith("GMT")


@pytest.mark.parametrize(
    "target", ["/firmwarefiles/430hd.IMG", "//firmwarefiles//430HD.img", "/firmwarefiles/430HD%2Eimg"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_way_of_asking_gives_the_same(first_phone, method, target):
    assert first_phone.ask(method, target).body == CONTENT


def test_a_head_tells_the_length_and_no_more(first_phone):
    answer = first_phone.ask("HEAD", TARGET)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(CONTENT)))


def test_the_head_of_the_file_can_be_compared_first(first_phone):
    answer = first_phone.get(TARGET, Range="bytes=0-18")
    assert (answer.status, answer.body) == (206, b"430HDUC_2.0.13.121 ")


@pytest.mark.parametrize("start", [1, 262_143, 262_144, 262_145, len(CONTENT) - 1])
def test_a_download_is_taken_up_where_it_broke_off(first_phone, start):
    etag = first_phone.ask("HEAD", TARGET).headers["etag"]
    answer = first_phone.get(TARGET, Range=f"bytes={start}-", If_Range=etag)
    assert (answer.status, answer.body) == (206, CONTENT[start:])
    assert answer.headers["content-length"] == str(len(CONTENT) - start)


def test_a_range_behind_the_end_is_refused(first_phone):
    answer = first_phone.get(TARGET, Range=f"bytes={len(CONTENT)}-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


def test_after_another_upload_a_broken_download_begins_anew(first_phone, setting_up, settings):
    etag = first_phone.ask("HEAD", TARGET).headers["etag"]
    with setting_up() as session:
        factories.make_firmware(session, settings.data_dir, "430HD.img", b"\0UC_2.0.13.122 another")
    answer = first_phone.get(TARGET, Range="bytes=5-", If_Range=etag, If_None_Match=etag)
    assert (answer.status, answer.body) == (200, b"\0UC_2.0.13.122 another")


def test_who_holds_the_file_gets_none(first_phone):
    held = first_phone.ask("HEAD", TARGET).headers
    assert first_phone.get(TARGET, If_None_Match=held["etag"]).status == 304
    assert first_phone.get(TARGET, If_Modified_Since=held["last-modified"]).status == 304


def test_what_is_not_stored_is_not_found(first_phone):
    answer = first_phone.get("/firmwarefiles/445HD.img")
    assert (answer.status, answer.sentence) == (404, 'There is no firmware called "445HD.img".')


def test_bytes_that_went_missing_are_not_found_either(first_phone, settings):
    for file in (settings.data_dir / "firmware").iterdir():
        file.unlink()
    answer = first_phone.get(TARGET)
    assert (answer.status, answer.sentence) == (
        404,
        "The file of the firmware 430HD.img is missing. Upload it again.",
    )


class TestBehindNginx:
    """The caller is a trusted proxy that has the folder of firmware."""

    @pytest.fixture
    def settings(self, settings):
        trusted = (ip_network(ADDRESS),)
        return replace(settings, trusted_proxies=trusted, firmware_redirect="/protected-firmware/")

    def test_nginx_is_told_which_file_to_send(self, first_phone, settings):
        (file,) = settings.firmware_folder.glob("[0-9a-f]*")
        answer = first_phone.get(TARGET, X_Forwarded_For="10.1.9.9")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["x-accel-redirect"] == f"/protected-firmware/{file.name}"
        assert answer.headers["x-accel-limit-rate"] == "1000000"
        assert answer.headers["etag"] == first_phone.ask("HEAD", TARGET).headers["etag"]

    def test_who_comes_past_it_is_sent_the_file(self, first_phone):
        answer = first_phone.ask("GET", TARGET, peer="10.1.9.9")
        assert answer.body == CONTENT
        assert "x-accel-redirect" not in answer.headers

    def test_short_parts_do_not_take_the_detour(self, first_phone):
        assert first_phone.get(TARGET, Range="bytes=0-18").body == CONTENT[:19]
