"""A place in the sorted list, as it travels in an address: opaque to people, and checked when it comes back."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import InvalidInputError
from app.rules.mac_addresses import find_mac

Value = str | int | datetime | None

_LONGEST_TOKEN = 2_000
_HIGHEST_RANK = 1_000_000_000
_HIGHEST_NUMBER = 1 << 40
_YEARS = range(2000, 9000)


@dataclass(frozen=True, slots=True)
class Position:
    """The row a page begins behind (``is_forward``) or ends before, and that page's first number in the list.

    ``value`` is what that row is sorted by, and None where it has nothing in that column. ``rank`` is a hint for the
    reader: phones that come and go move it.
    """

    sort: str
    is_forward: bool
    value: Value
    mac: str
    rank: int

    def encode(self) -> str:
        """Return it as a word for an address."""
        value = {"at": self.value.isoformat()} if isinstance(self.value, datetime) else self.value
        parts = [self.sort, self.is_forward, value, self.mac, self.rank]
        written = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def find_position(token: str, sort: str, kind: type) -> Position | None:
    """Return the place that a word of an address stands for, None for no word.

    InvalidInputError for anything but what ``encode`` makes for this order and its ``kind`` of value.
    """
    if not token:
        return None
    try:
        found = _decode(token)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The address of this page is damaged. Open Devices Status again.") from error
    if found.sort != sort or not (found.value is None or isinstance(found.value, kind)):
        raise InvalidInputError(
            "The address of this page belongs to another order. Open Devices Status again."
        )
    return found


def _decode(token: str) -> Position:
    if len(token) > _LONGEST_TOKEN:
        raise ValueError("too long")
    parts = json.loads(base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
    match parts:
        case [str(sort), bool(is_forward), value, str(mac), int(rank)] if find_mac(mac) == mac:
            return Position(sort, is_forward, _value(value), mac, _number(rank, _HIGHEST_RANK))
    raise ValueError("not a place")


def _value(written: Any) -> Value:
    match written:
        case None:
            return None
        case str(text):
            return _text(text)
        case {"at": str(text)}:
            return _time(text)
        case int(number):
            return _number(number, _HIGHEST_NUMBER)
    raise ValueError("not a value")


def _text(text: str) -> str:
    """Refuse what no database takes: NUL, and surrogates, which cannot be encoded."""
    if "\0" in text or not text.encode():
        raise ValueError("not a text of a row")
    return text


def _number(number: int, limit: int) -> int:
    if isinstance(number, bool) or not 0 <= number < limit:
        raise ValueError("out of range")
    return number


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or at.year not in _YEARS:
        raise ValueError("not a time of a row")
    return at
