"""Who is calling: the caller's own address, where the proxies in front are trusted."""

from collections.abc import Sequence
from functools import lru_cache

from app.rules.addresses import address_text, find_address
from config import IPNetwork

CONNECTION = "ringmaster.connection"
"""Where a WSGI environment holds the address that the connection comes from, be it a proxy's."""


def caller_address(connection: str, forwarded_for: str, trusted: Sequence[IPNetwork]) -> str:
    """Return the address a request came from, empty where the connection has none.

    ``forwarded_for`` is the header X-Forwarded-For. It is read from its end as long as each hop is a trusted proxy;
    what an untrusted one wrote counts for nothing. The address is in the form in which it is kept: without zone, IPv4
    as IPv4.
    """
    address = address_text(connection)
    for hop in reversed(forwarded_for.split(",")):
        named = address_text(hop.strip()) if _is_trusted(address, tuple(trusted)) else ""
        if not named:
            break
        address = named
    return address


def is_proxy(connection: str, trusted: Sequence[IPNetwork]) -> bool:
    """Whether a connection from this address comes from one of the trusted proxies."""
    return _is_trusted(address_text(connection), tuple(trusted))


# Proxies are few and phones are many: only the former are asked about again and again.
@lru_cache(maxsize=64)
def _is_trusted(text: str, trusted: tuple[IPNetwork, ...]) -> bool:
    address = find_address(text)
    return address is not None and any(address in network for network in trusted)
