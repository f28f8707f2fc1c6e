"""MAC addresses as phones and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rules.mac_addresses import display_mac, find_mac, parse_mac

MACS = st.integers(0, 2**48 - 1).map("{:012x}".format)


@pytest.mark.parametrize(
    "text",
    [
        "00908f123456",
        "00908F123456",
        "00:90:8F:12:34:56",
        "00-90-8f-12-34-56",
        "0090.8f12.3456",
        "  00:90:8f:12:34:56\r\n",
    ],
)
def test_every_usual_spelling_is_read(text: str) -> None:
    assert parse_mac(text) == "00908f123456"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00908f12345",
        "00908f1234567",
        "00908g123456",
        "00:90-8f:12-34:56",
        "00:908f:123456",
        "0090:8f12:3456",
        "00.90.8f.12.34.56",
        "00 90 8f 12 34 56",
        "00908f123456\n00908f123457",
        "\u0660\u0660908f123456",
        "00:15:6525ef16a7c",
    ],
)
def test_anything_else_is_no_mac_address(text: str) -> None:
    assert find_mac(text) is None


def test_refusal_quotes_no_more_than_40_characters() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_mac("x" * 41)

    assert str(refusal.value) == f'"{"x" * 40}…" is not a MAC address; write 12 hex digits like 00908f123456.'


def test_refusal_shows_no_control_characters() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_mac("\x1b[31mred")

    assert str(refusal.value).startswith('"\ufffd[31mred" is not')


def test_display_has_colons() -> None:
    assert display_mac("00908f123456") == "00:90:8f:12:34:56"


@given(MACS)
def test_what_is_displayed_is_read_back(mac: str) -> None:
    assert parse_mac(display_mac(mac).upper()) == mac
    assert parse_mac(mac) == mac


@given(st.text())
def test_any_text_is_answered_with_none_or_12_digits(text: str) -> None:
    mac = find_mac(text)

    assert mac is None or (len(mac) == 12 and set(mac) <= set("0123456789abcdef"))
