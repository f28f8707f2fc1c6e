"""Who is calling: the caller's own address, where the proxies in front are trusted."""

from collections.abc import Sequence

from app.rules.addresses import Address, find_address
from config import IPNetwork


def caller_address(connection: str, forwarded_for: str, trusted: Sequence[IPNetwork]) -> str:
    """Return the address a request came from, empty where the connection has none.

    ``forwarded_for`` is the header X-Forwarded-For. It is read from its end as long as each hop is a trusted proxy;
    what an untrusted one wrote counts for nothing. The address is in the form in which it is kept: without zone, IPv4
    as IPv4.
    """
    address = find_address(connection)
    for hop in reversed(forwarded_for.split(",")):
        named = find_address(hop) if _is_trusted(address, trusted) else None
        if named is None:
            break
        address = named
    return str(address) if address else ""


def _is_trusted(address: Address | None, trusted: Sequence[IPNetwork]) -> bool:
    return address is not None and any(address in network for network in trusted)
