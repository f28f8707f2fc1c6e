"""Firmware files: kept by checksum, whole or not at all, and found by the name in a phone's URL."""

import hashlib

import pytest

from app.errors import ConflictError, InvalidInputError
from app.services import firmware
from app.services.author import Author
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


WHO = {"author": Author("oscar"), "now": NOW}


def folder_of(tmp_path):
    return tmp_path / "firmware"


def test_the_bytes_lie_under_their_checksum(session, tmp_path):
    content = b"430HDUC_2.0.13.121" + bytes(3_000_000)
    stored = factories.make_firmware(session, tmp_path, "430HD.img", content)
    path = firmware.path_of(folder_of(tmp_path), stored)
    assert path.read_bytes() == content
    assert path.name == stored.sha256 == hashlib.sha256(content).hexdigest()
    assert (stored.name, stored.size, stored.uploaded_at) == ("430HD.img", len(content), NOW)
    assert [file.name for file in folder_of(tmp_path).glob("[!.]*")] == [stored.sha256]


def test_it_is_found_without_regard_to_case(session, tmp_path):
    stored = factories.make_firmware(session, tmp_path, "430HD.img")
    assert firmware.find(session, "430hd.IMG") is stored
    assert firmware.find(session, "445HD.img") is None


def test_another_file_of_this_name_takes_its_place(session, tmp_path):
    first = factories.make_firmware(session, tmp_path, "430HD.img", b"\0UC_2.0.13.121")
    second = factories.make_firmware(session, tmp_path, "430hd.img", b"\0UC_2.0.13.122")
    assert second is first
    assert (second.name, second.version) == ("430hd.img", "UC_2.0.13.122")
    assert firmware.path_of(folder_of(tmp_path), second).read_bytes() == b"\0UC_2.0.13.122"


def test_two_names_may_have_the_same_bytes(session, tmp_path):
    one = factories.make_firmware(session, tmp_path, "430HD.img", b"\0UC_2.0.13.121")
    other = factories.make_firmware(session, tmp_path, "pilot.img", b"\0UC_2.0.13.121")
    assert one is not other
    assert one.sha256 == other.sha256


@pytest.mark.parametrize(
    ("head", "version"),
    [
        (b"\0\0430HDUC_2.0.13.121\0", "UC_2.0.13.121"),
        (b"127.0.0.1 \0 UC_3.4.6.604 \0", "UC_3.4.6.604"),
        (b"\0version=2.2.16.142.46;", "2.2.16.142.46"),
        (b"\0nothing of the kind", ""),
        (bytes(70_000) + b"UC_2.0.13.121", ""),
        (b"\0" + b"1." * 40_000, "1.1.1.1.1"),
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
    assert list(folder_of(tmp_path).glob("[!.]*")) == []


def test_a_replaced_firmware_keeps_its_words_and_takes_the_version_of_its_new_file(session, tmp_path):
    stored = factories.make_firmware(session, tmp_path, "430HD.img", b"\0UC_2.0.13.121")
    firmware.change(session, stored, firmware.labels_of("The old one", "", "Pilot, Berlin"), **WHO)
    again = factories.make_firmware(session, tmp_path, "430HD.img", b"\0UC_2.0.13.122")
    assert (again.description, again.version) == ("The old one", "UC_2.0.13.122")
    assert [group.name for group in again.groups] == ["Pilot", "Berlin"]


def test_a_firmware_that_something_names_cannot_be_deleted(session, tmp_path):
    stored = factories.make_firmware(session, tmp_path, "pilot.img")
    factories.make_device(session, firmware=stored)
    factories.make_placeholder(
        session, "FirmwareFile", "PILOT.img", template_id=factories.get_template(session).id
    )
    with pytest.raises(
        ConflictError, match=r"pilot\.img cannot be deleted: it is used by 1 template and 1 device"
    ):
        firmware.delete(session, stored, **WHO)


def test_a_firmware_that_is_only_a_models_default_can_be_deleted(session, tmp_path):
    stored = factories.make_firmware(session, tmp_path, "430HD.img")
    factories.make_device(session)
    firmware.change(session, stored, firmware.labels_of("", "", "Pilot"), **WHO)
    firmware.delete(session, stored, **WHO)
    assert firmware.find(session, "430HD.img") is None


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"PK\x03\x04" + bytes(9999), b"<html>", b"\x7fELF\2"])
def test_what_is_no_firmware_is_refused_whatever_its_name_and_nothing_is_left(session, tmp_path, head):
    with pytest.raises(InvalidInputError, match="and no firmware, whatever its name says"):
        factories.make_firmware(session, tmp_path, "430HD.img", head)
    assert list(folder_of(tmp_path).glob("[!.]*")) == []
