"""Whose a certificate is, as nginx tells its subject; and which addresses stand for the same place."""

import pytest

from app.rules.client_certificates import mac_of_certificate
from app.rules.neighbours import are_neighbours

MAC = "00908f000001"


@pytest.mark.parametrize(
    "subject",
    [
        "CN=00908F000001",
        "CN=00:90:8f:00:00:01,O=AudioCodes",
        "O=Audio\\,Codes,CN=00-90-8F-00-00-01",
        "OU=x+CN=00908f000001",
    ],
)
def test_the_common_name_is_the_mac_address_in_any_notation(subject):
    assert mac_of_certificate("SUCCESS", subject) == MAC


@pytest.mark.parametrize(
    ("verify", "subject"),
    [
        ("NONE", ""),
        ("FAILED:certificate revoked", "CN=00908f000001"),
        ("success", "CN=00908f000001"),
        ("SUCCESS", ""),
        ("SUCCESS", "CN=phone"),
        ("SUCCESS", "CN=00908f000001,CN=00908f000002"),
        ("SUCCESS", "O=x\\,CN=00908f000001"),
        ("SUCCESS", "\\"),
    ],
)
def test_any_other_is_nobodys(verify, subject):
    assert mac_of_certificate(verify, subject) == ""


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("10.1.2.3", "10.1.2.200", True),
        ("10.1.2.3", "10.1.3.3", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.1.2.3", "10.1.2.4", True),
        ("10.1.2.3", "", False),
        ("", "", False),
    ],
)
def test_neighbours_share_a_network(one, other, near):
    assert are_neighbours(one, other) is near
