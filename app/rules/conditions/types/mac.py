"""MAC addresses by what they begin with, and by the vendors to which it was given."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.intervals import places_that_differ
from app.rules.mac_addresses import display_mac, find_mac
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean

VENDOR_PREFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AudioCodes": ("00908f",),
        "Polycom": ("0004f2", "482567"),
        "Yealink": ("001565", "805ec0", "249ad8", "44dbd2"),
        "Snom": ("000413",),
        "Grandstream": ("000b82", "c074ad", "ec74d7"),
        "Mitel": ("00085d", "1400e9"),
        "Htek": ("001fc1",),
        "Gigaset": ("7c2f80",),
    }
)
"""What the MAC addresses of a vendor's phones begin with, as far as it was seen in public."""

_DIGITS = 12
_VENDORS = {name.casefold(): name for name in VENDOR_PREFIXES}
_is_prefix = re.compile(r"[0-9a-f]{1,12}").fullmatch
_NO_SEPARATORS = str.maketrans("", "", ":-.")


class MacAddress(FieldType):
    """A MAC address that begins with one to twelve hex digits, or with what a vendor was given."""

    title: ClassVar[str] = "MAC address"
    operators: ClassVar = (Operator.IN, Operator.NOT_IN)
    cost: ClassVar[int] = 2
    is_in_order: ClassVar[bool] = True

    def read(self, text: str) -> str:
        """Return the digits in lower case without separators, or the name of the vendor."""
        written = text.strip()
        digits = written.translate(_NO_SEPARATORS).lower()
        if _is_prefix(digits):
            return digits
        vendor = _VENDORS.get(written.casefold())
        if vendor is None:
            raise InvalidInputError(
                f"{quoted(written)} is neither 1 to 12 hex digits of a MAC address, like 00908f, nor a vendor; "
                f"{did_you_mean(written, VENDOR_PREFIXES)}"
            )
        return vendor

    def comparable(self, fact: str) -> str | None:
        """Return the twelve digits, None for what is no MAC address."""
        return find_mac(fact)

    def shown(self, fact: str) -> str:
        """Return the address with colons."""
        mac = find_mac(fact)
        return display_mac(mac) if mac else fact

    def phrase(self, operator: Operator) -> tuple[str, str]:
        """A MAC address begins with digits."""
        return "begins with", "does not begin with"

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether a MAC address begins with one of the values."""
        prefixes = tuple(_prefixes(values))
        return lambda mac: mac.startswith(prefixes)

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[str]:
        """Return the first MAC address of each value, the one after its last, and the first of all."""
        stretches = [_stretch(prefix) for _, values in wanted for prefix in _prefixes(values)]
        numbers = places_that_differ(0, stretches)
        return [f"{number:012x}" for number in numbers if number < 16**_DIGITS]


def _prefixes(values: Sequence[str]) -> Iterable[str]:
    for value in values:
        yield from VENDOR_PREFIXES.get(value, (value,))


def _stretch(prefix: str) -> tuple[int, int]:
    length: int = 16 ** (_DIGITS - len(prefix))
    first = int(prefix, 16) * length
    return first, first + length
