"""Who is calling: the phone's own address where proxies in front are trusted, and the path in its one form."""

import re
from collections.abc import Mapping, Sequence

from app.errors import InvalidInputError
from app.rules.addresses import Address, find_address
from config import IPNetwork

SLASHES = re.compile(r"/{2,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AUTHORITY = re.compile(r"https?://[^/]*", re.IGNORECASE)


def peer_address(connection: str, headers: Mapping[str, str], trusted: Sequence[IPNetwork]) -> str:
    """Return the address the request came from, empty where the connection has none.

    X-Forwarded-For is read from its end as long as each hop is a trusted proxy; what an untrusted one wrote counts
    for nothing. The address is in the form in which it is kept: without zone, IPv4 as IPv4.
    """
    address = find_address(connection)
    for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
        named = find_address(hop) if _is_trusted(address, trusted) else None
        if named is None:
            break
        address = named
    return str(address) if address else ""


def normal_path(path: str) -> str:
    """Return the path as the routes know it: of an absolute target only the path, no doubled slashes.

    Phones ask for ``//configfiles//<mac>.cfg``, and some senders put a whole URL in the request line (protocol 1).
    """
    authority = _AUTHORITY.match(path)
    if authority:
        path = path[authority.end() :]
    if _CONTROL.search(path):
        raise InvalidInputError("The address holds control characters.")
    return SLASHES.sub("/", path)


def _is_trusted(address: Address | None, trusted: Sequence[IPNetwork]) -> bool:
    return address is not None and any(address in network for network in trusted)
