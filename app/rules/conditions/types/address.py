"""IP addresses of both families, and the subnets they are in."""

from collections.abc import Iterable, Sequence
from socket import AF_INET, inet_pton
from typing import ClassVar

from app.rules.addresses import find_address
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.intervals import places_that_differ
from app.rules.subnets import Network, looks_like_a_mask, parse_subnet

_BITS = {4: 32, 6: 128}
_Comparable = tuple[int, int]
"""The family of an address, and its number."""


class IpAddress(FieldType):
    """An address, IPv4 or IPv6, in subnets."""

    title: ClassVar[str] = "address"
    operators: ClassVar = (Operator.IN, Operator.NOT_IN)
    cost: ClassVar[int] = 3
    is_in_order: ClassVar[bool] = True

    def read(self, text: str) -> str:
        """Return the subnet; a single address is one of its own."""
        address = find_address(text) if "/" not in text else None
        return str(parse_subnet(text if address is None else f"{address}/{address.max_prefixlen}"))

    def comparable(self, fact: str) -> _Comparable | None:
        """Return family and number, None for what is no address."""
        try:
            return 4, int.from_bytes(inet_pton(AF_INET, fact), "big")
        except (OSError, ValueError):
            address = find_address(fact)
            return None if address is None else (address.version, int(address))

    def shown(self, fact: str) -> str:
        """Return the address in its one form."""
        return str(find_address(fact) or fact)

    def phrase(self, operator: Operator) -> tuple[str, str]:
        """An address is in subnets."""
        return "is in", "is not in"

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether an address is in one of the subnets: one look for each length that occurs."""
        prefixes: dict[tuple[int, int], set[int]] = {}
        for network in map(parse_subnet, values):
            shift = network.max_prefixlen - network.prefixlen
            prefixes.setdefault((network.version, shift), set()).add(int(network.network_address) >> shift)
        looks = tuple((version, shift, frozenset(known)) for (version, shift), known in prefixes.items())
        if len(looks) == 1:
            ((version, shift, known),) = looks
            return lambda found: found[1] >> shift in known and found[0] == version
        return lambda found: any(
            found[0] == version and found[1] >> shift in known for version, shift, known in looks
        )

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[_Comparable]:
        """Return the first address of each subnet, the one after its last, and the first of each family."""
        networks = [parse_subnet(value) for _, values in wanted for value in values]
        for version, bits in _BITS.items():
            stretches = [_stretch(network) for network in networks if network.version == version]
            for number in places_that_differ(0, stretches):
                if number < 1 << bits:
                    yield version, number

    def doubt(self, operator: Operator, value: str) -> str:
        """A subnet whose address is a mask is probably a slip."""
        network = parse_subnet(value)
        if not looks_like_a_mask(network):
            return ""
        return f"{value} begins with {network.network_address}, which looks like a subnet mask and not like a subnet."


def _stretch(network: Network) -> tuple[int, int]:
    first = int(network.network_address)
    return first, first + network.num_addresses
