"""Cursors: where a page of a list ends, signed, so that a program can neither read more out of it nor make one up."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from app.errors import InvalidInputError
from app.logs import security_events

_SIGNATURE_BYTES = 16
MOST_CHARACTERS = 2_000


class Place(msgspec.Struct, array_like=True):
    """The values of a row in the columns of the order, and of which list it is."""

    of: str
    values: list[str | int]


class Cursors:
    """Writes cursors with the first of some keys of the installation, and reads those that any of them made."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def write(self, of: str, values: Sequence[str | int]) -> str:
        """Return the cursor of a place in a list."""
        said = msgspec.json.encode(Place(of, list(values)))
        return base64.urlsafe_b64encode(_signature(self._keys[0], said) + said).decode().rstrip("=")

    def read(self, text: str, of: str, kinds: Sequence[type]) -> list[str | int]:
        """Return the values of a cursor, or raise InvalidInputError where it is none of this list."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _refusal() from None
        signature, said = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not any(hmac.compare_digest(signature, _signature(key, said)) for key in self._keys):
            security_events.note_refusal("a cursor", of, "Its signature is not ours.")
            raise _refusal()
        place = msgspec.json.decode(said, type=Place)
        if place.of != of or [type(value) for value in place.values] != list(kinds):
            raise _refusal()
        return place.values


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, sha256)[:_SIGNATURE_BYTES]


def _refusal() -> InvalidInputError:
    return InvalidInputError(
        "This is no cursor of this list: take next_cursor of its last page, with the same filters and order.",
        field="cursor",
    )
