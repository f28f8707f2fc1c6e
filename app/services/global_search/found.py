"""What a search finds, and what it looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.rules.mac_addresses import find_mac
from app.services.devices_status.words import find_part_of_mac

SHORTEST_PART_OF_MAC = 4


class Kind(StrEnum):
    """Kinds of things that are searched, in the order in which they are shown."""

    PHONE = "phone"
    USER = "user"
    ALARM = "alarm"
    TENANT = "tenant"
    SITE = "site"
    TEMPLATE = "template"
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: ``key`` names it in addresses (the id, of a phone the MAC), ``note`` tells it from others."""

    kind: Kind
    key: str
    title: str
    note: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class FoundOfKind:
    """The first things of a kind, the exact ones before the others, and whether there are more."""

    kind: Kind
    things: Sequence[Found]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed; ``mac`` where it is a whole MAC address in any notation, ``digits`` where it may be a part."""

    text: str
    mac: str | None
    digits: str | None

    @property
    def is_surely_mac(self) -> bool:
        """Whether it can be nothing but a MAC address: twelve decimal digits may be a phone number."""
        return self.mac is not None and not self.text.isdecimal()

    @property
    def folded(self) -> str:
        """The text without case."""
        return self.text.casefold()


def words_of(text: str) -> Words:
    """Return what to look for; blanks around it do not count."""
    text = " ".join(text.split())
    digits = find_part_of_mac(text)
    is_part = digits is not None and len(digits) >= SHORTEST_PART_OF_MAC
    return Words(text, find_mac(text), digits if is_part else None)


def joined(*parts: str | None) -> str:
    """Return a note from those of its parts that say something."""
    return " · ".join(part for part in parts if part)
