"""Which addresses are called: those of phones in their tenant's networks, and nothing else whatever is reported."""

from ipaddress import IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.phone_addresses import why_not_called

OFFICE = (ip_network("10.1.0.0/16"), ip_network("2001:db8:1::/48"))
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@pytest.mark.parametrize("address", ["10.1.2.3", "10.1.255.254", "2001:db8:1::7"])
def test_a_phone_in_its_tenants_network_is_called(address):
    assert why_not_called(address, address, OFFICE) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "no address"),
        ("manager.example.com", "no address"),
        ("127.0.0.1", "this server's own"),
        ("127.200.3.4", "this server's own"),
        ("::1", "this server's own"),
        ("::ffff:127.0.0.1", "this server's own"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("100.100.100.200", "a cloud's own"),
        ("168.63.129.16", "a cloud's own"),
        ("fd00:ec2::254", "a cloud's own"),
        ("0.0.0.0", "not one of a single machine"),
        ("::", "not one of a single machine"),
        ("224.0.1.75", "not one of a single machine"),
        ("255.255.255.255", "not one of a single machine"),
        ("ff02::1", "not one of a single machine"),
        ("64:ff9b::7f00:1", "a wrapping of another one"),
        ("64:ff9b:1::a01:203", "a wrapping of another one"),
        ("2002:7f00:1::1", "a wrapping of another one"),
        ("2001:0:4136:e378::1", "a wrapping of another one"),
        ("fec0::1", "a wrapping of another one"),
    ],
)
def test_addresses_of_other_things_are_not_called_even_where_a_network_has_them(address, reason):
    assert reason in (why_not_called(address, address, EVERYTHING) or "")


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_only_addresses_of_the_tenants_networks_are_called(address):
    allowed = why_not_called(str(address), str(address), OFFICE) is None
    assert not allowed or any(address in network for network in OFFICE if network.version == address.version)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_an_address_that_its_reports_do_not_come_from_is_not_called(reported, connection):
    allowed = why_not_called(str(reported), str(connection), EVERYTHING) is None
    assert not allowed or reported == connection


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_loopback_link_local_and_multicast_are_never_called(address):
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        assert why_not_called(str(address), str(address), EVERYTHING)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_within_an_ipv6_one_is_judged_as_itself(address):
    mapped = str(IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed))
    plain = why_not_called(str(address), str(address), OFFICE)
    assert why_not_called(mapped, str(address), OFFICE) == plain


@given(st.text(max_size=40))
def test_whatever_is_reported_is_judged(text):
    assert isinstance(why_not_called(text, text, OFFICE), str | None)


def test_a_tenant_without_a_subnet_says_so():
    assert "no subnet" in (why_not_called("10.1.2.3", "10.1.2.3", ()) or "")


def test_simulated_phones_on_this_machine_are_called_where_that_is_permitted():
    network = (ip_network("127.1.0.0/16"),)
    assert why_not_called("127.1.0.9", "127.1.0.9", network, may_be_here=True) is None
    assert why_not_called("127.0.0.1", "127.0.0.1", network, may_be_here=True)
