"""Subnets as administrators write them, and the table that finds the longest one around an address."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Generic, NamedTuple, TypeVar

from app.errors import InvalidInputError
from app.rules.addresses import Address
from app.rules.sentences import quoted

Network = IPv4Network | IPv6Network
T = TypeVar("T")

_SHORTEST_MASK = 8
_MAPPED_BITS = 96
_THIS_NETWORK = IPv4Network("0.0.0.0/8")


# Tenants and sites are arranged anew for each transaction, and their subnets hardly ever change.
@lru_cache(maxsize=8192)
def parse_subnet(text: str) -> Network:
    """Return the subnet that ``text`` is: ``10.1.0.0/16``, ``10.1.0.0/255.255.0.0`` or ``2001:db8::/32``.

    An IPv4 subnet mapped into IPv6 comes back as IPv4, because addresses do too.
    InvalidInputError, with what was probably meant, if it is no subnet or has bits set beyond its prefix.
    """
    written = text.strip()
    address, slash, _ = written.partition("/")
    if not slash:
        raise InvalidInputError(f"{quoted(text)} has no prefix length; write the subnet like 10.1.0.0/16.")
    network = _network_of(written, strict=True)
    if network is not None:
        return _without_mapping(network)
    meant = _network_of(written, strict=False)
    if meant is None:
        raise InvalidInputError(
            f"{quoted(text)} is not a subnet; write it like 10.1.0.0/16 or 2001:db8::/32."
        )
    raise InvalidInputError(_what_was_meant(written, ip_address(address), meant))


def looks_like_a_mask(network: Network) -> bool:
    """Return whether the address part is a subnet mask, as in ``255.255.0.0/16``: probably a slip."""
    return _mask_length(network.network_address) is not None


def why_no_phones(network: Network) -> str | None:
    """Return why no phone of a tenant or site can be told by this subnet, or None if phones may well be in it."""
    address = network.network_address
    if network.prefixlen == 0:
        return (
            f"{network} is every address there is; leave the subnet empty for a place that takes any phone."
        )
    if address.is_multicast:
        return f"{network} is for multicast; a phone has no address in it."
    if address.is_link_local:
        return (
            f"{network} is link-local: phones of every place have such addresses; give a subnet of this one."
        )
    if address.is_unspecified or (network.version == 4 and lies_within(network, _THIS_NETWORK)):
        return f"{network} begins at the unspecified address; a phone has no address in it."
    return None


def lies_within(inner: Network, outer: Network) -> bool:
    """Return whether all addresses of ``inner`` are addresses of ``outer``; never so across IPv4 and IPv6."""
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


class Match(NamedTuple, Generic[T]):
    """A subnet that has the address, and what the subnet stands for."""

    network: Network
    value: T


class SubnetTable(Generic[T]):
    """Subnets of both families, asked for the longest one that has an address.

    ``precedence`` decides among equal subnets: the value with the lowest number comes first (a site 0, its
    tenant 1), and at equal numbers the one that was given first. A lookup probes one dictionary for each
    prefix length that occurs. The table is rebuilt when a subnet changes.
    """

    def __init__(self, entries: Iterable[tuple[Network, T]], precedence: Callable[[T], int]) -> None:
        self._lengths: dict[int, list[tuple[int, dict[int, list[Match[T]]]]]] = {4: [], 6: []}
        nodes_by_length: dict[tuple[int, int], dict[int, list[Match[T]]]] = {}
        for network, value in sorted(entries, key=lambda entry: precedence(entry[1])):
            version, length, prefix = _bits_of(network)
            nodes = nodes_by_length.get((version, length))
            if nodes is None:
                nodes = nodes_by_length[version, length] = {}
            nodes.setdefault(prefix, []).append(Match(network, value))
        for version, length in sorted(nodes_by_length, reverse=True):
            shift = (32 if version == 4 else 128) - length
            self._lengths[version].append((shift, nodes_by_length[version, length]))

    def longest_match(self, address: Address) -> Match[T] | None:
        """Return the longest subnet that has the address, of equal ones the first by precedence, or None."""
        number = int(address)
        for shift, nodes in self._lengths[address.version]:
            if found := nodes.get(number >> shift):
                return found[0]
        return None

    def longest_prefix(self, address: Address) -> tuple[int, int, int] | None:
        """Return what tells the longest subnet that has the address from all others: family, bits behind it, number."""
        number, version = int(address), address.version
        for shift, nodes in self._lengths[version]:
            if (prefix := number >> shift) in nodes:
                return version, shift, prefix
        return None

    def covering(self, address: Address) -> list[Match[T]]:
        """Return all subnets that have the address, longest first, equal ones by precedence."""
        number = int(address)
        matches: list[Match[T]] = []
        for shift, nodes in self._lengths[address.version]:
            matches.extend(nodes.get(number >> shift, ()))
        return matches


def _bits_of(network: Network) -> tuple[int, int, int]:
    """Return the family of a subnet, the length of its prefix, and its prefix as a number."""
    length = network.prefixlen
    return network.version, length, int(network.network_address) >> (network.max_prefixlen - length)


def _network_of(written: str, *, strict: bool) -> Network | None:
    if "%" in written:
        return None
    try:
        return ip_network(written, strict=strict)
    except ValueError:
        return None


def _what_was_meant(written: str, address: Address, network: Network) -> str:
    mask_length = _mask_length(address)
    if mask_length is not None:
        return (
            f"{quoted(written)} begins with a subnet mask; write the address of the subnet first, "
            f"like 10.0.0.0/{mask_length}."
        )
    return f"{quoted(written)} has bits set beyond its prefix length; did you mean {network}?"


def _mask_length(address: Address) -> int | None:
    """Return the length of the IPv4 mask that ``address`` is, or None; one below /8 is as likely a subnet."""
    zeros = address.max_prefixlen - int(address).bit_count()
    is_contiguous = int(address) == (1 << address.max_prefixlen) - (1 << zeros)
    length = address.max_prefixlen - zeros
    return length if address.version == 4 and is_contiguous and length >= _SHORTEST_MASK else None


def _without_mapping(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network
