"""Licences as files: readable lines, and a signature of what they say (docs/decisions/0043)."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from app.errors import InvalidInputError
from app.rules.sentences import quoted

HEADER = "Ringmaster license 1"
UNLIMITED = "unlimited"
MOST_CHARACTERS = 4_000
"""Of a whole file; a licence has about 300."""
MOST_DEVICES = 10_000_000

ID, HOLDER, FROM, UNTIL, DEVICES = FIELDS = ("Id", "Holder", "Valid from", "Valid until", "Devices")
"""What a licence says, in the order of its lines."""
_SIGNATURE = "Signature"
_SIGNATURE_BYTES = 64
_BY_KEY = {name.casefold(): name for name in (*FIELDS, _SIGNATURE)}
_MOST_CHARACTERS_OF = {ID: 40, HOLDER: 100}
_DATE = re.compile(r"2\d{3}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """What somebody may do until when: None is unlimited. ``valid_until`` is the last day."""

    id: str
    holder: str
    valid_from: date
    valid_until: date | None
    devices: int | None

    @property
    def text(self) -> str:
        """The one text that says this, which is what is signed."""
        values = (
            self.id,
            self.holder,
            self.valid_from.isoformat(),
            self.valid_until.isoformat() if self.valid_until else UNLIMITED,
            str(self.devices) if self.devices else UNLIMITED,
        )
        return "\n".join([HEADER, *(f"{name}: {value}" for name, value in zip(FIELDS, values, strict=True))])

    def ends_at(self, zone: tzinfo) -> datetime | None:
        """Return the moment at which it expires: the end of its last day in this zone."""
        return _midnight(self.valid_until + timedelta(days=1), zone) if self.valid_until else None

    def begins_at(self, zone: tzinfo) -> datetime:
        """Return the moment from which it counts."""
        return _midnight(self.valid_from, zone)


class SignedLicense(NamedTuple):
    """A licence, and what should be its signature."""

    license: License
    signature: bytes

    @property
    def text(self) -> str:
        """The file."""
        signature = base64.b64encode(self.signature).decode()
        lines = (signature[:44], signature[44:])
        return "\n".join([self.license.text, f"{_SIGNATURE}: {lines[0]}", f"  {lines[1]}", ""])


def read_license(text: str) -> SignedLicense:
    """Read a file, whatever its line ends and blanks; InvalidInputError with what is wrong with it.

    Whether its signature is right is not looked at.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInputError(f"That is no licence: it has more than {MOST_CHARACTERS:,} characters.")
    lines = [line for line in map(_tidy, text.removeprefix("\ufeff").splitlines()) if line]
    if not lines:
        raise InvalidInputError("That is no licence: it is empty.")
    _check_header(lines[0])
    values = _read_lines(lines[1:])
    missing = [name for name in (*FIELDS, _SIGNATURE) if name not in values]
    if missing:
        raise InvalidInputError(f"The licence does not say {quoted(missing[0])}; take the whole file.")
    return SignedLicense(license_of(values), _read_signature(values[_SIGNATURE]))


def license_of(values: Mapping[str, str]) -> License:
    """Return the licence that these texts say, by the names in FIELDS; InvalidInputError where one will not do."""
    for name, most in _MOST_CHARACTERS_OF.items():
        _check_words(name, values[name], most)
    valid_from, valid_until = _read_date(FROM, values[FROM]), _read_end(values[UNTIL])
    if valid_until is not None and valid_until < valid_from:
        raise InvalidInputError(f"The licence would end on {valid_until}, before it begins on {valid_from}.")
    return License(
        id=_tidy(values[ID]),
        holder=_tidy(values[HOLDER]),
        valid_from=valid_from,
        valid_until=valid_until,
        devices=_read_number(values[DEVICES]),
    )


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _check_header(line: str) -> None:
    if line.casefold() == HEADER.casefold():
        return
    name, _, version = HEADER.rpartition(" ")
    if re.fullmatch(rf"{name} \d+", line, re.IGNORECASE):
        raise InvalidInputError(
            f"The licence is of the format {line.rpartition(' ')[2][:20]}; this version of Ringmaster reads {version}."
        )
    raise InvalidInputError(f"That is no licence: its first line should be {quoted(HEADER)}.")


def _read_lines(lines: Iterable[str]) -> dict[str, str]:
    """Return what stands in the lines by the names of the fields; what follows the signature belongs to it."""
    values: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        name = _BY_KEY.get(key.strip().casefold()) if colon else None
        if name is None and _SIGNATURE in values:
            values[_SIGNATURE] += line
        elif name is None:
            raise InvalidInputError(
                f"The licence has a line that is none of its fields: {quoted(line[:60])}."
            )
        elif name in values:
            raise InvalidInputError(f"The licence says {quoted(name)} twice.")
        else:
            values[name] = value.strip()
    return values


def _read_signature(text: str) -> bytes:
    try:
        signature = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    if len(signature) != _SIGNATURE_BYTES:
        raise InvalidInputError("The signature of the licence is not whole; take the file as it was issued.")
    return signature


def _check_words(name: str, text: str, most: int) -> None:
    words = _tidy(text)
    if not words or len(words) > most or not words.isprintable():
        raise InvalidInputError(
            f"{quoted(name)} of a licence has 1 to {most} characters that can be printed; it is {quoted(words[:60])}."
        )


def _read_end(text: str) -> date | None:
    return None if text.strip().casefold() == UNLIMITED else _read_date(UNTIL, text, f", or {UNLIMITED}")


def _read_date(name: str, text: str, or_else: str = "") -> date:
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInputError(
        f"{quoted(name)} of a licence is a date such as 2027-12-31{or_else}; it is {quoted(text[:60])}."
    )


def _read_number(text: str) -> int | None:
    text = text.strip()
    if text.casefold() == UNLIMITED:
        return None
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_DEVICES:
        raise InvalidInputError(
            f"{quoted(DEVICES)} of a licence is a number from 1 to {MOST_DEVICES:,} without commas, or {UNLIMITED}; it "
            f"is {quoted(text[:60])}."
        )
    return int(text)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
