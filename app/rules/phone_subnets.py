"""The subnet that a phone says it is in: its address under its mask."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_network

from app.rules.addresses import find_address

_USUAL_LENGTH = {4: 24, 6: 64}
_SHORTEST_LENGTH = 8
"""A mask that is shorter says nothing of a network: such phones have not been told theirs."""


# Phones stand in few networks, and each asks with the same two texts again and again.
@lru_cache(maxsize=4096)
def subnet_of(ip: str, mask: str) -> str:
    """Return the subnet, ``10.1.2.0/24``, of a phone's address under its mask; empty where the address is none.

    A mask is ``255.255.255.0``, ``/24`` or ``24``. Without one, or with one that says nothing, an IPv4 network of
    256 addresses is taken, and for IPv6, where phones send no mask, a /64.
    """
    address = find_address(ip)
    if address is None or address.is_unspecified:
        return ""
    length = (
        _length_of(mask.strip().removeprefix("/"), address.max_prefixlen) or _USUAL_LENGTH[address.version]
    )
    return str(
        ip_network((int(address), length) if address.version == 4 else f"{address}/{length}", strict=False)
    )


def size_of(subnet: str) -> int:
    """Return how many phones have an address in an IPv4 subnet; 0 where that says nothing, as with IPv6."""
    network = ip_network(subnet)
    if network.version != 4:
        return 0
    return network.num_addresses if network.prefixlen > 30 else network.num_addresses - 2


def _length_of(mask: str, longest: int) -> int | None:
    if mask.isascii() and mask.isdigit() and len(mask) <= 3:
        length = int(mask)
        return length if _SHORTEST_LENGTH <= length <= longest else None
    try:
        bits = int(IPv4Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()
    is_mask = bits == (1 << 32) - (1 << (32 - length))
    return length if is_mask and longest == 32 and length >= _SHORTEST_LENGTH else None
