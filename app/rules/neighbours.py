"""Addresses that stand for the same place: a phone that got another address there is taken for the same phone."""

from ipaddress import ip_network

from app.rules.addresses import find_address

_PREFIXES = {4: 24, 6: 64}


def are_neighbours(one: str, other: str) -> bool:
    """Whether both addresses are in one /24 of IPv4, or in one /64 of IPv6; what is no address has no neighbours."""
    first, second = find_address(one), find_address(other)
    if first is None or second is None or first.version != second.version:
        return False
    return second in ip_network((int(first), _PREFIXES[first.version]), strict=False)
