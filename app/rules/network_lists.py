"""Lists of networks as administrators write them, and whether an address is in one of them."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address

from app.errors import InvalidInputError
from app.rules.addresses import Address, find_address
from app.rules.sentences import quoted
from app.rules.subnets import Network, lies_within, parse_subnet


def read_networks(text: str, *, field: str, most: int) -> list[str]:
    """Return networks, of which some are single addresses, as they are kept; commas, blanks or lines part them.

    Raises InvalidInputError, with what was probably meant, for what is no network and for too many of them.
    """
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    if len(parts) > most:
        raise InvalidInputError(f"Name at most {most} networks.", field=field)
    return list(dict.fromkeys(str(_network(part, field)) for part in parts))


def has_address(networks: Sequence[str], address: str) -> bool:
    """Whether an address is in one of these networks, as they are kept."""
    caller = find_address(address)
    return caller is not None and any(_is_in(caller, parse_subnet(network)) for network in networks)


def overlap(networks: Sequence[str], other: Network) -> bool:
    """Whether one of these networks has addresses in common with another one."""
    found = map(parse_subnet, networks)
    return any(lies_within(network, other) or lies_within(other, network) for network in found)


def _is_in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


# What a tenant allows is read anew every few seconds, and hardly ever changes.
@lru_cache(maxsize=4096)
def _network(text: str, field: str) -> Network:
    try:
        if "/" in text:
            return parse_subnet(text)
        address = ip_address(text)
        return parse_subnet(f"{address}/{address.max_prefixlen}")
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=field) from None
    except ValueError:
        raise InvalidInputError(
            f"{quoted(text)} is no network; write an address, or a network such as 10.1.0.0/16 or 2001:db8::/32.",
            field=field,
        ) from None
