"""How phones search a directory and show what they find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import parse_filter
from ldap3.utils.conv import escape_filter_chars

from app.errors import InvalidInputError
from app.rules.phone_book import (
    Person,
    Security,
    Server,
    attributes_in,
    attributes_shown_by,
    escaped,
    name_filter,
    number_filter,
    person,
    read_server,
)

ENTRY = {
    "sn": ["Black"],
    "givenName": ["Mike"],
    "telephoneNumber": ["+49301", "+49302"],
    "mobile": ["+49170"],
}


@pytest.mark.parametrize(
    ("template", "typed", "expected"),
    [
        ("(|(cn=%)(sn=%))", "Bla", "(|(cn=Bla*)(sn=Bla*))"),
        ("(&(telephoneNumber=*)(sn=%))", "Bla", "(&(telephoneNumber=*)(sn=Bla*))"),
        ("(!(cn=%))", "Bla", "(!(cn=Bla*))"),
        ("(sn=%*)", "Bla", "(sn=Bla*)"),
        ("(sn=%)", "", "(sn=*)"),
        ("(sn=%)", "*)(uid=*", r"(sn=\2a\29\28uid=\2a*)"),
        ("(sn=%)", "100%", "(sn=100%*)"),
    ],
)
def test_a_name_is_searched_by_its_beginning(template: str, typed: str, expected: str) -> None:
    assert name_filter(template, typed) == expected


@pytest.mark.parametrize(
    ("typed", "country_code", "area_code", "expected"),
    [
        ("100", "", "", "(ipPhone=100)"),
        ("100", "+49", "30", "(ipPhone=+4930100)"),
        ("+4930100", "+49", "30", "(ipPhone=+4930100)"),
        ("1*", "", "", r"(ipPhone=1\2a)"),
    ],
)
def test_a_number_is_searched_whole_with_its_codes(
    typed: str, country_code: str, area_code: str, expected: str
) -> None:
    assert number_filter("(ipPhone=%)", typed, country_code=country_code, area_code=area_code) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_is_typed_stays_one_value_of_one_condition(typed: str) -> None:
    found = parse_filter(
        name_filter("(sn=%)", typed), None, None, auto_encode=False, validator=None, check_names=False
    )
    (condition,) = found.elements
    assert condition.elements == []
    assert not set(escaped(typed)) & {"(", ")", "*", "\0"}


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_what_can_be_printed_is_escaped_as_ldap3_does(typed: str) -> None:
    assert escaped(typed) == escape_filter_chars(typed)


@pytest.mark.parametrize(
    ("address", "port", "security", "expected"),
    [
        ("directory.acme.com", 389, None, Server("directory.acme.com", 389, Security.PLAIN)),
        ("10.1.1.1", 3890, None, Server("10.1.1.1", 3890, Security.PLAIN)),
        ("ldap://directory.acme.com/", 389, None, Server("directory.acme.com", 389, Security.PLAIN)),
        ("ldaps://directory.acme.com", 389, None, Server("directory.acme.com", 636, Security.LDAPS)),
        ("LDAPS://directory.acme.com:3269", 389, None, Server("directory.acme.com", 3269, Security.LDAPS)),
        ("[2001:db8::1]", 389, None, Server("2001:db8::1", 389, Security.PLAIN)),
        ("directory.acme.com", 389, Security.START_TLS, Server("directory.acme.com", 389, Security.START_TLS)),
        ("directory.acme.com", 389, Security.LDAPS, Server("directory.acme.com", 636, Security.LDAPS)),
        ("directory.acme.com", 3269, Security.LDAPS, Server("directory.acme.com", 3269, Security.LDAPS)),
    ],
)  # fmt: skip
def test_a_server_is_a_name_or_a_url(
    address: str, port: int, security: Security | None, expected: Server
) -> None:
    assert read_server(address, port, security) == expected


@pytest.mark.parametrize(
    "address",
    ["", "http://acme", "ldap://", "ldap://me@acme", "ldap://acme/dc=acme", "ldap://acme:x", "[::1", "a?b"],
)
def test_what_is_no_server_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="is no address of an LDAP server"):
        read_server(address, 389, None)


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("%sn, %givenName", "Black, Mike"),
        ("%GIVENNAME %SN", "Mike Black"),
        ("%displayName", "Black"),
        ("%title, %sn", "Black"),
        ("nobody", "nobody"),
    ],
)
def test_who_is_found_is_shown_in_the_format(display_name: str, name: str) -> None:
    assert person(ENTRY, display_name, ["sn", "cn"], []).name == name


def test_each_number_is_shown_in_the_order_of_the_attributes() -> None:
    found = person(ENTRY, "%sn", [], ["Mobile", "telephoneNumber", "ipPhone"])
    assert found == Person(
        "Black", [("Mobile", "+49170"), ("telephoneNumber", "+49301"), ("telephoneNumber", "+49302")]
    )


def test_attributes_are_listed_with_blanks_or_commas() -> None:
    assert attributes_in(" sn, givenName  displayName") == ["sn", "givenName", "displayName"]
    assert attributes_shown_by("%sn, %givenName") == ["sn", "givenName"]
    with pytest.raises(InvalidInputError, match="is no attribute of a directory"):
        attributes_in("s n)")
