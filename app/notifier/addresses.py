"""Where a receiver is: its name is looked up once, and what was found is what is connected to."""

import asyncio
import ipaddress
import socket
from typing import NamedTuple

from app.notifier.failures import NotDelivered

LOOK_UP_SECONDS = 5


class Found(NamedTuple):
    """An address, and the family that it is of."""

    address: str
    is_ipv6: bool


async def find_address(host: str, port: int, *, may_be_here: bool) -> Found:
    """Return the first address of a host, or raise NotDelivered.

    Unless it ``may_be_here``, the address may not be this machine's own, nor that of its link, where clouds keep what
    a machine alone may know.
    """
    name = host.strip("[]")
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise NotDelivered(f"The name {name} could not be looked up in time.") from error
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"The name {name} is not known.") from error
    address = str(found[0][4][0])
    if not may_be_here and _is_here(address):
        raise NotDelivered(
            f"{name} is {address}, an address of this server or its link. Only a destination of the whole system may "
            "have it."
        )
    return Found(address, found[0][0] == socket.AF_INET6)


def _is_here(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
