"""Subnets as administrators write them, and the longest one around an address."""

import random
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rules.addresses import Address
from app.rules.subnets import (
    Network,
    SubnetTable,
    lies_within,
    looks_like_a_mask,
    parse_subnet,
    why_no_phones,
)

SITE, TENANT = "site", "tenant"


def precedence(value: str) -> int:
    return (SITE, TENANT).index(value.partition(" ")[0])


def table(*entries: tuple[str, str]) -> SubnetTable[str]:
    return SubnetTable(((ip_network(network), value) for network, value in entries), precedence)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.0.0/16", "10.1.0.0/16"),
        (" 10.1.0.0/16\n", "10.1.0.0/16"),
        ("10.1.0.0/255.255.0.0", "10.1.0.0/16"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.1.2.3/32", "10.1.2.3/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("255.255.0.0/16", "255.255.0.0/16"),
        ("::ffff:10.1.0.0/112", "10.1.0.0/16"),
    ],
)
def test_subnet_is_read(text: str, network: str) -> None:
    assert parse_subnet(text) == ip_network(network)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.1.2.3/16", '"10.1.2.3/16" has bits set beyond its prefix length; did you mean 10.1.0.0/16?'),
        (
            "10.1.2.3/255.255.255.0",
            '"10.1.2.3/255.255.255.0" has bits set beyond its prefix length; did you mean 10.1.2.0/24?',
        ),
        (
            "2001:db8::1/32",
            '"2001:db8::1/32" has bits set beyond its prefix length; did you mean 2001:db8::/32?',
        ),
        (
            "255.255.0.0/1",
            (
                '"255.255.0.0/1" begins with a subnet mask; '
                "write the address of the subnet first, like 10.0.0.0/16."
            ),
        ),
        ("255.255.255.0", '"255.255.255.0" has no prefix length; write the subnet like 10.1.0.0/16.'),
        ("10.1.0.0/33", '"10.1.0.0/33" is not a subnet; write it like 10.1.0.0/16 or 2001:db8::/32.'),
        ("10.1.0.0/", '"10.1.0.0/" is not a subnet; write it like 10.1.0.0/16 or 2001:db8::/32.'),
        ("010.1.0.0/16", '"010.1.0.0/16" is not a subnet; write it like 10.1.0.0/16 or 2001:db8::/32.'),
        ("fe80::%eth0/64", '"fe80::%eth0/64" is not a subnet; write it like 10.1.0.0/16 or 2001:db8::/32.'),
        ("", '"" has no prefix length; write the subnet like 10.1.0.0/16.'),
    ],
)
def test_what_is_no_subnet_is_refused_with_what_was_meant(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_subnet(text)

    assert str(refusal.value) == sentence


@given(st.text() | st.builds("{}/{}".format, st.ip_addresses(), st.integers(-1, 129)))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInputError):
        network = parse_subnet(text)

        assert parse_subnet(str(network)) == network


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("0.0.0.0/0", "every address there is"),
        ("::/0", "every address there is"),
        ("0.0.0.0/8", "unspecified"),
        ("0.1.0.0/16", "unspecified"),
        ("::/64", "unspecified"),
        ("224.0.0.0/4", "multicast"),
        ("ff02::/16", "multicast"),
        ("169.254.0.0/16", "link-local"),
        ("fe80::/10", "link-local"),
    ],
)
def test_subnet_that_tells_no_phone_is_explained(network: str, words: str) -> None:
    assert words in (why_no_phones(ip_network(network)) or "")


@pytest.mark.parametrize(
    "network", ["10.0.0.0/8", "192.168.1.0/24", "100.64.0.0/10", "2001:db8::/32", "fd00::/8", "10.1.2.3/32"]
)
def test_subnet_of_phones_is_fine(network: str) -> None:
    assert why_no_phones(ip_network(network)) is None


@pytest.mark.parametrize(
    ("network", "is_mask"),
    [
        ("255.255.0.0/16", True),
        ("255.0.0.0/8", True),
        ("255.255.255.255/32", True),
        ("10.0.0.0/8", False),
        ("128.0.0.0/1", False),
        ("192.0.0.0/8", False),
        ("0.0.0.0/0", False),
        ("ffff::/16", False),
    ],
)
def test_mask_in_place_of_a_subnet_is_noticed(network: str, is_mask: bool) -> None:
    assert looks_like_a_mask(ip_network(network)) is is_mask


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("10.1.0.0/16", "10.0.0.0/8", True),
        ("10.0.0.0/8", "10.0.0.0/8", True),
        ("10.0.0.0/8", "10.1.0.0/16", False),
        ("10.1.0.0/16", "::/0", False),
        ("2001:db8::/48", "2001:db8::/32", True),
        ("2001:db8::/48", "0.0.0.0/0", False),
    ],
)
def test_subnet_lies_within_another_of_its_family(inner: str, outer: str, lies: bool) -> None:
    assert lies_within(ip_network(inner), ip_network(outer)) is lies


def test_longest_prefix_wins_over_a_shorter_one() -> None:
    match = table(
        ("10.0.0.0/8", "tenant"), ("10.1.20.0/24", "site HQ"), ("10.1.0.0/16", "site")
    ).longest_match(ip_address("10.1.20.7"))

    assert match is not None
    assert (match.value, match.network) == ("site HQ", ip_network("10.1.20.0/24"))


@pytest.mark.parametrize("order", [(SITE, TENANT), (TENANT, SITE)])
def test_precedence_decides_among_equal_subnets_in_whatever_order_they_come(order: tuple[str, str]) -> None:
    subnets = table(*(("10.0.0.0/8", value) for value in order))

    assert [match.value for match in subnets.covering(ip_address("10.1.1.1"))] == [SITE, TENANT]


def test_of_equal_subnets_with_equal_precedence_the_one_given_first_wins() -> None:
    match = table(("10.0.0.0/8", "site A"), ("10.0.0.0/8", "site B")).longest_match(ip_address("10.1.1.1"))

    assert match is not None
    assert match.value == "site A"


def test_prefix_of_no_length_has_every_address_of_its_family() -> None:
    subnets = table(("0.0.0.0/0", TENANT))

    assert subnets.longest_match(ip_address("192.0.2.1")) is not None
    assert subnets.longest_match(ip_address("2001:db8::1")) is None


def test_empty_table_has_no_address() -> None:
    assert table().covering(ip_address("10.1.1.1")) == []


def networks_near(version: int) -> st.SearchStrategy[Network]:
    """Networks of one corner of the address space, so that they cover each other."""
    bits = 32 if version == 4 else 128
    corner = (10 if version == 4 else 0x2001) << (bits - (8 if version == 4 else 16))

    def network(length: int, low: int) -> Network:
        number = (corner | low) >> (bits - length) << (bits - length)
        return ip_network((number, length) if version == 6 else (IPv4Address(number), length))

    return st.builds(network, st.integers(0, bits), st.integers(0, 2**12 - 1).map(lambda low: low << 4))


def addresses_near(version: int) -> st.SearchStrategy[Address]:
    kind = IPv4Address if version == 4 else IPv6Address
    corner = (10 << 24) if version == 4 else (0x2001 << 112)
    return st.integers(0, 2**16 - 1).map(lambda low: kind(corner | low))


ENTRIES = st.lists(
    st.tuples(networks_near(4) | networks_near(6), st.sampled_from([SITE, TENANT])), max_size=40
)


@given(ENTRIES, st.lists(addresses_near(4) | addresses_near(6) | st.ip_addresses(), min_size=1, max_size=20))
def test_table_answers_as_a_search_through_all_subnets_does(
    entries: list[tuple[Network, str]], addresses: list[Address]
) -> None:
    subnets = SubnetTable(entries, precedence)
    for address in addresses:
        expected = sorted(
            ((network, value) for network, value in entries if address in network),
            key=lambda entry: (-entry[0].prefixlen, precedence(entry[1])),
        )
        longest = subnets.longest_match(address)

        assert [(match.network, match.value) for match in subnets.covering(address)] == expected
        assert (longest and (longest.network, longest.value)) == (expected[0] if expected else None)


@pytest.mark.parametrize(("family", "bits"), [(IPv4Address, 32), (IPv6Address, 128)])
def test_ten_thousand_addresses_lie_where_a_search_through_all_subnets_finds_them(
    family: type[IPv4Address] | type[IPv6Address], bits: int
) -> None:
    drawn = random.Random(1)
    lengths = [drawn.choice([0, 4, 8, 12, 16, 20, 24, 28, 32]) for _ in range(300)]
    prefixes = [(drawn.getrandbits(bits) >> (bits - length), bits - length) for length in lengths]
    networks = [ip_network((family(prefix << shift), bits - shift)) for prefix, shift in prefixes]
    subnets = SubnetTable(
        [(network, f"{SITE} {number}") for number, network in enumerate(networks)], precedence
    )
    found = 0
    for _ in range(5_000):
        prefix, shift = drawn.choice(prefixes)
        # Half of them somewhere, half inside a subnet.
        for address in (
            drawn.getrandbits(bits),
            (prefix << shift) | drawn.getrandbits(shift or 1) & (1 << shift) - 1,
        ):
            covering = [shift for prefix, shift in prefixes if address >> shift == prefix]
            match = subnets.longest_match(family(address))

            assert (match and match.network.prefixlen) == (bits - min(covering) if covering else None)
            found += match is not None
    assert found >= 5_000
