"""Who may read the figures of this installation: who knows the token, and who calls from a permitted network."""

import hmac
from collections.abc import Sequence

from app.rules.addresses import find_address
from config import IPNetwork


def may_read(
    *, authorization: str, peer: str, is_forwarded: bool, token: str, networks: Sequence[IPNetwork]
) -> bool:
    """Tell whether a request may read the figures.

    ``peer`` is the caller's address; ``is_forwarded`` says that a proxy which is not trusted stands in front, so that
    the address is the proxy's and says nothing of who asks.
    """
    if token and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return True
    address = None if is_forwarded else find_address(peer)
    return address is not None and any(address in network for network in networks)
