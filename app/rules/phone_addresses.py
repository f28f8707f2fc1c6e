"""Whether the server may call the address that a phone reports: requests are steered at phones and at nothing else."""

from collections.abc import Sequence
from ipaddress import IPv6Address, IPv6Network, ip_network

from app.rules.addresses import Address, find_address
from app.rules.subnets import Network

# Addresses that carry another one within them, or that clouds give to their own servers.
_TUNNELS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))
_METADATA = (
    ip_network("100.100.100.200/32"),
    ip_network("fd00:ec2::254/128"),
    ip_network("168.63.129.16/32"),
)


def why_not_called(
    reported: str, connection: str, networks: Sequence[Network], *, may_be_here: bool = False
) -> str | None:
    """Return why a phone is not called at the address that it reports, or None where it may be.

    ``connection`` is the address that its last report came from; ``networks`` are the subnets of its tenant and of that
    tenant's sites. Who sends reports chooses the first freely, so it counts only where it equals the second and lies
    in one of the third. ``may_be_here`` permits loopback, for phones that are simulated on this machine.
    """
    address = find_address(reported)
    if address is None:
        return "It has reported no address."
    kind = _kind_of(address)
    if kind and not (may_be_here and address.is_loopback):
        return f"It reports the address {address}, which is {kind} and no phone's."
    if address != find_address(connection):
        return f"It reports the address {address}, but its reports come from {connection or 'elsewhere'}."
    if not networks:
        return "Its tenant has no subnet, so nothing says which addresses are its phones'."
    if not _is_in(address, networks):
        return f"Its address {address} lies in no subnet of its tenant."
    return None


def _kind_of(address: Address) -> str:
    """Return what an address is for other than a phone, or nothing."""
    kinds = {
        "this server's own": address.is_loopback,
        "link-local": address.is_link_local,
        "a wrapping of another one": _wraps_another(address),
        "a cloud's own": _is_in(address, _METADATA),
        "not one of a single machine": address.is_unspecified or address.is_multicast or address.is_reserved,
    }
    return next((kind for kind, holds in kinds.items() if holds), "")


def _wraps_another(address: Address) -> bool:
    """Whether an IPv6 address leads to another one, or is of a kind that was given up."""
    if not isinstance(address, IPv6Address) or address.is_unspecified:
        return False
    return address.is_site_local or _is_in(address, _TUNNELS)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
