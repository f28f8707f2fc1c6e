"""Firmware files: kept by checksum, whole or not at all, and found by the name in a phone's URL."""

import hashlib

import pytest

from app.errors import InvalidInputError
from app.services import firmware
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def folder_of(tmp_path):
    return firmware.folder_in(tmp_path)


def test_the_bytes_lie_under_their_checksum(session, tmp_path):
    content = b"430HDUC_2.0.13.121" + bytes(3_000_000)
    stored = factories.make_firmware(session, tmp_path, "430HD.img", content)
    path = firmware.path_of(folder_of(tmp_path), stored)
    assert path.read_bytes() == content
    assert path.name == stored.sha256 == hashlib.sha256(content).hexdigest()
    assert (stored.name, stored.size, stored.uploaded_at) == ("430HD.img", len(content), NOW)
    assert [file.name for file in folder_of(tmp_path).iterdir()] == [stored.sha256]


def test_it_is_found_without_regard_to_case(session, tmp_path):
    stored = factories.make_firmware(session, tmp_path, "430HD.img")
    assert firmware.find(session, "430hd.IMG") is stored
    assert firmware.find(session, "445HD.img") is None


def test_another_file_of_this_name_takes_its_place(session, tmp_path):
    first = factories.make_firmware(session, tmp_path, "430HD.img", b"UC_2.0.13.121")
    second = factories.make_firmware(session, tmp_path, "430hd.img", b"UC_2.0.13.122")
    assert second is first
    assert (second.name, second.version) == ("430hd.img", "UC_2.0.13.122")
    assert firmware.path_of(folder_of(tmp_path), second).read_bytes() == b"UC_2.0.13.122"


def test_two_names_may_have_the_same_bytes(session, tmp_path):
    one = factories.make_firmware(session, tmp_path, "430HD.img", b"UC_2.0.13.121")
    other = factories.make_firmware(session, tmp_path, "pilot.img", b"UC_2.0.13.121")
    assert one is not other
    assert one.sha256 == other.sha256


@pytest.mark.parametrize(
    ("head", "version"),
    [
        (b"\0\0430HDUC_2.0.13.121\0", "UC_2.0.13.121"),
        (b"127.0.0.1 \0 UC_3.4.6.604 \0", "UC_3.4.6.604"),
        (b"version=2.2.16.142.46;", "2.2.16.142.46"),
        (b"nothing of the kind", ""),
        (bytes(70_000) + b"UC_2.0.13.121", ""),
        (b"1." * 40_000, "1.1.1.1.1"),
    ],
    ids=["model before it", "after an address", "generic", "none", "too far behind", "endless"],
)
def test_the_version_is_read_from_the_head_of_the_file(session, tmp_path, head, version):
    assert factories.make_firmware(session, tmp_path, content=head).version == version


@pytest.mark.parametrize(
    "name",
    [
        "",
        "430HD",
        "430HD.exe",
        "../430HD.img",
        "a/b.img",
        "a\\b.img",
        ".img",
        "430HD.img\n",
        "x" * 117 + ".img",
        "\0.img",
        "ü.img",
    ],
)
def test_a_name_that_phones_cannot_ask_for_is_refused(session, tmp_path, name):
    with pytest.raises(InvalidInputError, match=r"is no name of a firmware file"):
        factories.make_firmware(session, tmp_path, name)
    assert not folder_of(tmp_path).exists()


@pytest.mark.parametrize(
    "name", ["HRS.dfu", "405_non_lync_2.2.8.61.img", "430HD UC_2.0.IMG", "x" * 116 + ".img"]
)
def test_names_met_in_the_field_are_taken(session, tmp_path, name):
    assert factories.make_firmware(session, tmp_path, name).name == name


def test_an_empty_file_is_refused_and_not_kept(session, tmp_path):
    with pytest.raises(InvalidInputError, match="is empty"):
        factories.make_firmware(session, tmp_path, content=b"")
    assert not folder_of(tmp_path).exists()
