"""IP addresses as phones report them."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.addresses import find_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.32.9", "10.0.32.9"),
        (" 10.0.32.9 ", "10.0.32.9"),
        ("http://172.17.121.13", "172.17.121.13"),
        ("http://172.17.121.13:8080/index.html?x=1", "172.17.121.13"),
        ("HTTPS://172.17.121.13/", "172.17.121.13"),
        ("http://[2001:db8::7]:80/", "2001:db8::7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("::ffff:a01:203", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::1"),
        ("http://[fe80::1%25eth0]/", "fe80::1"),
    ],
)
def test_address_is_found(text: str, address: str) -> None:
    assert find_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "phone.example.com",
        "http://phone.example.com/",
        "010.1.2.3",
        "10.1.2",
        "10.1.2.3.4",
        "10.1.2.256",
        "10.1.2.3/24",
        "10.1.2.3%eth0",
        "10.1.2.3, 10.1.2.4",
        "http://",
        "http://[10.1.2.3",
        "ftp://10.1.2.3",
        "167837955",
        "http://10.1.2.3/" + "x" * 256,
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    assert find_address(text) is None


@given(st.ip_addresses(v=4))
def test_mapped_address_is_the_same_as_the_plain_one(address: object) -> None:
    assert find_address(f"::ffff:{address}") == address


@given(st.ip_addresses(v=6), st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True))
def test_zone_says_nothing(address: object, zone: str) -> None:
    assert find_address(f"{address}%{zone}") == find_address(str(address))


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    address = find_address(text)

    assert address is None or find_address(str(address)) == address
