"""The subnet that a phone reports, whatever it writes for its mask."""

import pytest

from app.rules.phone_subnets import size_of, subnet_of


@pytest.mark.parametrize(
    ("ip", "mask", "subnet"),
    [
        ("10.1.2.3", "255.255.255.0", "10.1.2.0/24"),
        ("10.1.2.3", "255.255.0.0", "10.1.0.0/16"),
        ("10.1.2.3", "255.255.255.255", "10.1.2.3/32"),
        ("10.1.2.3", "/23", "10.1.2.0/23"),
        ("10.1.2.3", "26", "10.1.2.0/26"),
        ("http://10.1.2.3:80/", "255.255.255.0", "10.1.2.0/24"),
        ("10.1.2.3", "", "10.1.2.0/24"),
        ("10.1.2.3", "0.0.0.0", "10.1.2.0/24"),
        ("10.1.2.3", "0.0.0.255", "10.1.2.0/24"),
        ("10.1.2.3", "255.0.255.0", "10.1.2.0/24"),
        ("10.1.2.3", "33", "10.1.2.0/24"),
        ("10.1.2.3", "²⁴", "10.1.2.0/24"),
        ("10.1.2.3", "<script>", "10.1.2.0/24"),
        ("2001:db8::7", "255.255.255.0", "2001:db8::/64"),
        ("2001:db8:1::7", "48", "2001:db8:1::/48"),
        ("", "255.255.255.0", ""),
        ("0.0.0.0", "255.255.255.0", ""),
        ("not an address", "255.255.255.0", ""),
    ],
)
def test_an_address_and_a_mask_make_a_subnet(ip: str, mask: str, subnet: str) -> None:
    assert subnet_of(ip, mask) == subnet


@pytest.mark.parametrize(
    ("subnet", "size"), [("10.1.2.0/24", 254), ("10.1.2.4/31", 2), ("10.1.2.3/32", 1), ("2001:db8::/64", 0)]
)
def test_a_subnet_has_so_many_addresses_for_phones(subnet: str, size: int) -> None:
    assert size_of(subnet) == size
