"""Who is calling, and what for: addresses behind proxies, and paths in their one form."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.phone_api.access import normal_path, peer_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


def peer(connection, forwarded=None, trusted=PROXIES):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return peer_address(connection, headers, trusted)


def test_without_a_trusted_proxy_the_connection_counts_and_the_header_does_not():
    assert peer("192.0.2.1", "198.51.100.7") == "192.0.2.1"
    assert peer("10.0.0.1", "198.51.100.7", trusted=()) == "10.0.0.1"


def test_a_trusted_proxy_names_the_phone():
    assert peer("10.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert peer("2001:db8::5", "2001:DB8:1::9, 10.0.0.9") == "2001:db8:1::9"


def test_what_the_phone_itself_put_before_counts_for_nothing():
    assert peer("10.0.0.1", "203.0.113.99, 198.51.100.7") == "198.51.100.7"


def test_a_chain_of_trusted_proxies_is_followed_to_its_begin():
    assert peer("10.0.0.1", "198.51.100.7, 10.0.0.3,10.0.0.2") == "198.51.100.7"
    assert peer("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"


@pytest.mark.parametrize("header", ["", "unknown", "10.0.0.2:8080", "a,b,c", ",,,", "198.51.100.7, x"])
def test_a_hop_that_is_no_address_ends_the_chain(header):
    assert peer("10.0.0.1", header) == "10.0.0.1"


@pytest.mark.parametrize(
    ("connection", "kept"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("", ""), ("/run/web.sock", "")],
)
def test_the_address_is_kept_in_one_form(connection, kept):
    assert peer(connection) == kept


@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_is_sent_the_address_fits_its_column(connection, header):
    assert len(peer(connection, header, trusted=(ip_network("0.0.0.0/0"), ip_network("::/0")))) <= 45


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("//configfiles//00908f9a9623.cfg", "/configfiles/00908f9a9623.cfg"),
        ("/configfiles/a.cfg", "/configfiles/a.cfg"),
        ("http://mgr:8081/rest/v1/ipphoneMgrStatus/keep-alive", "/rest/v1/ipphoneMgrStatus/keep-alive"),
        ("HTTPS://mgr//configfiles/a.cfg", "/configfiles/a.cfg"),
        ("http://mgr", ""),
        ("http://[", ""),
        ("http://[::1]:80/x", "/x"),
        ("http:///x", "/x"),
        ("/http://mgr/x", "/http:/mgr/x"),
        ("", ""),
    ],
)
def test_a_path_has_one_form(path, normal):
    assert normal_path(path) == normal


@pytest.mark.parametrize("character", ["\x00", "\n", "\r", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_control_characters_are_refused(character):
    with pytest.raises(InvalidInputError, match="control characters"):
        normal_path(f"/configfiles/{character}.cfg")
