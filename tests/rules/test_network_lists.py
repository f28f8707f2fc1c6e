"""Lists of networks: how they are written, and which addresses are in them."""

import pytest

from app.errors import InvalidInputError
from app.rules.network_lists import has_address, overlap, read_networks
from app.rules.subnets import parse_subnet


def read(text: str) -> list[str]:
    return read_networks(text, field="networks", most=3)


def test_they_are_kept_in_one_form_and_once():
    assert read("10.1.0.7;\n10.1.0.7/32, ::ffff:10.2.0.0/112") == ["10.1.0.7/32", "10.2.0.0/16"]
    assert read(" \n") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.1.0.0/33", "is not a subnet"),
        ("10.2.3.4/16", "did you mean 10.2.0.0/16"),
        ("example.com", "is no network"),
        ("1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4", "at most 3 networks"),
    ],
)
def test_what_is_none_is_refused_with_what_was_meant(text: str, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence) as refused:
        read(text)
    assert list(refused.value.by_field) == ["networks"]


@pytest.mark.parametrize(
    ("address", "is_in"),
    [("10.2.9.9", True), ("::ffff:10.2.0.1", True), ("2001:db8::1", True), ("10.3.0.1", False), ("", False)],
)
def test_an_address_is_in_them_or_not(address: str, is_in: bool):
    assert has_address(["10.2.0.0/16", "2001:db8::/32"], address) is is_in


def test_a_network_overlaps_what_lies_in_it_and_what_it_lies_in():
    assert overlap(["10.2.0.0/16"], parse_subnet("10.0.0.0/8"))
    assert overlap(["10.0.0.0/8"], parse_subnet("10.2.0.0/16"))
    assert not overlap(["10.2.0.0/16", "2001:db8::/32"], parse_subnet("10.3.0.0/16"))
