"""Who is calling, behind proxies that are trusted and proxies that are not."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.proxies import caller_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


def peer(connection, forwarded="", trusted=PROXIES):
    return caller_address(connection, forwarded, trusted)


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
