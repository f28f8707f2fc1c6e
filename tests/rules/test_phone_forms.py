"""The names of phones' files: patterns that may be, and what a name that a phone asks for says."""

import pytest

from app.errors import InvalidInputError
from app.models.enums import ValueFormat
from app.rules.phone_forms import (
    Part,
    PhoneForm,
    check_boot_file,
    mac_in_name,
    read_names,
    read_type,
    usual_mac,
)

MAC = "000b82123456"
POLYCOM = PhoneForm(
    model="VVX 410",
    names=("{mac}-config.cfg",),
    boot_names=("{mac}.cfg",),
    boot_text="see {mac}-config.cfg of {model}",
)


@pytest.mark.parametrize(
    ("name", "mac"),
    [
        ("000b82123456.cfg", MAC),
        ("cfg000B82123456.xml", MAC),
        ("cfg000b82123456", MAC),
        ("spa000b82123456.xml", MAC),  # the a before is a hex digit, too
        ("snomD785-000B82123456.htm", MAC),
        ("000b82123456-phone.cfg", MAC),
        ("000b82123456_x-0004f2aabbcc.cfg", "0004f2aabbcc"),
        ("y000000000066.cfg", None),
        ("000000000000-license.cfg", None),
        ("cfg000b8212345.xml", None),
        ("000b82123456x.cfg", None),
        ("sip.ver", None),
        ("", None),
    ],
)
def test_a_name_may_hold_a_mac_address(name: str, mac: str | None) -> None:
    assert mac_in_name(name) == mac


@pytest.mark.parametrize(
    ("name", "mac"),
    [("00-0B-82-12-34-56.CFG", MAC), ("000b82123456.xml", None), ("000000000000.cfg", None), ("x.cfg", None)],
)
def test_the_usual_name_is_a_mac_address_and_cfg(name: str, mac: str | None) -> None:
    assert usual_mac(name) == mac


def test_names_are_read_line_by_line() -> None:
    assert read_names(" snom{model}-{MAC}.htm \r\n\r\n{mac}.xml\n", "D785") == (
        "snom{model}-{MAC}.htm",
        "{mac}.xml",
    )
    assert read_names("", "D785") == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cfg.xml", "has to hold the MAC address once"),
        ("{mac}{MAC}.cfg", "has to hold the MAC address once"),
        ("{mac}/x.cfg", "names a folder"),
        ("..\\{mac}.cfg", "names a folder"),
        (".{mac}.cfg", "begin with no dot"),
        ("{mac}.{ext}", "is no name of a file"),
        ("{mac}.cfg?x", "is no name of a file"),
        ("größe-{mac}.cfg", "is no name of a file"),
        ("{mac}x.cfg", "not told from what follows"),
        ("{mac}-aabbccddeeff.cfg", "not told from what follows"),
        ("{mac}" + "-" * 100, "too long"),
        ("{mac}.cfg\n{MAC}.CFG", "is there twice"),
        ("\n".join(f"{{mac}}-{number}.cfg" for number in range(9)), "These are 9 names"),
    ],
)
def test_a_pattern_that_will_not_do_is_refused(name: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        read_names(name, "T46S")


@pytest.mark.parametrize(
    "text", ["text/xml", "application/xml; charset=utf-8", "text/plain;charset=ISO-8859-1"]
)
def test_types_of_texts_are_taken(text: str) -> None:
    assert read_type(f" {text} ") == text


@pytest.mark.parametrize(
    "text", ["xml", "image/png", "text/xml\r\nX-Evil: 1", "text/xml; boundary=x", "text/"]
)
def test_other_types_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is no type of a text"):
        read_type(text)


@pytest.mark.parametrize(
    ("boot_names", "text", "field"),
    [
        (("{mac}.cfg",), "", "boot_file"),
        ((), "text", "boot_file_names"),
        (("{MAC}.CFG",), "text", "boot_file_names"),
        (("{mac}-boot.cfg",), "x" * 16_001, "boot_file"),
    ],
)
def test_a_boot_file_has_names_and_a_text_of_its_own(
    boot_names: tuple[str, ...], text: str, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        check_boot_file((), boot_names, text, "T46S")
    assert refusal.value.by_field.keys() == {field}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (f"{MAC}.cfg", Part.BOOT),
        (f"{MAC.upper()}.CFG", Part.BOOT),
        (f"{MAC}-config.cfg", Part.OWN),
        (f"{MAC}-phone.cfg", None),
        ("0004f2aabbcc.cfg", None),
    ],
)
def test_a_name_is_one_file_of_its_phone(name: str, part: Part | None) -> None:
    assert POLYCOM.part_called(name, MAC) is part


def test_a_boot_file_is_written_for_its_phone() -> None:
    assert POLYCOM.boot_file_for(MAC) == f"see {MAC}-config.cfg of VVX 410"
    assert POLYCOM.names_for(MAC) == [f"{MAC}-config.cfg"]


def test_the_form_of_audiocodes_phones_is_the_usual_one() -> None:
    assert PhoneForm(model="430HD").is_usual
    assert not PhoneForm(model="T46S", value_format=ValueFormat.TEXT).is_usual
