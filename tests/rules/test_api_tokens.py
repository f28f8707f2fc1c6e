"""Tokens of the REST API: how they are written, and from where they are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rules import api_tokens


def test_a_token_is_read_as_it_was_written_and_fits_what_is_kept_of_it():
    written = api_tokens.invent()
    read = api_tokens.parse(written.text)
    assert read == written
    assert read.fits(written.digest)
    assert written.secret not in written.digest


def test_no_two_tokens_are_alike():
    one, other = api_tokens.invent(), api_tokens.invent()
    assert one.key_id != other.key_id
    assert not one.fits(other.digest)


@given(st.text(max_size=90))
def test_whatever_else_comes_is_no_token(text: str):
    assert api_tokens.parse(text) is None


def test_a_token_with_something_around_it_is_none():
    text = api_tokens.invent().text
    assert [
        api_tokens.parse(wrong) for wrong in (f"{text} ", f" {text}", f"{text}\n", text[:-1], text.upper())
    ] == [None] * 5


def test_networks_are_kept_in_one_form_and_once():
    assert api_tokens.read_networks(" 10.1.0.7, 10.2.0.0/16;10.1.0.7/32\n2001:DB8::/32 ") == [
        "10.1.0.7/32",
        "10.2.0.0/16",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize("text", ["10.1.0.0/33", "10.2.3.4/16", "example.com", ", ".join(["10.0.0.1"] * 21)])
def test_what_is_no_network_is_refused_by_its_field(text: str):
    with pytest.raises(InvalidInputError) as refused:
        api_tokens.read_networks(text)
    assert set(refused.value.by_field) == {"networks"}


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("10.2.200.1", True),
        ("::ffff:10.2.0.1", True),
        ("2001:db8::7", True),
        ("10.3.0.1", False),
        ("2001:db9::7", False),
        ("", False),
    ],
)
def test_a_token_is_taken_from_its_networks_alone(address: str, is_taken: bool):
    assert api_tokens.is_taken_from(["10.2.0.0/16", "2001:db8::/32"], address) is is_taken
    assert api_tokens.is_taken_from([], address)
