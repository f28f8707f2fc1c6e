"""Words of a search: what stands in the search box, split up, and values brought into the form they are kept in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.models.enums import Status
from app.rendering.one_line import is_one_line
from app.rules.addresses import address_text
from app.rules.sentences import quoted
from app.rules.subnets import parse_subnet
from app.services.fleet_counts.shares import NONE

LONGEST_TEXT = 200
MOST_WORDS = 10
NOT_REGISTERED = "not_registered"
NOT_REPORTED = "not_reported"
STATUS_WORDS = (*(status.value for status in Status), NOT_REGISTERED, NOT_REPORTED)

_find_words = re.compile(
    r'(?:(?P<field>user|number|mac|ip|status|model|version|site|tenant):\s*)?(?:"(?P<quoted>[^"]*)"|(?P<word>\S+))',
    re.IGNORECASE,
).finditer
_NO_SEPARATORS = str.maketrans("", "", ":-. ")
_is_part_of_mac = re.compile(r"[0-9a-f]{1,12}").fullmatch


@dataclass(frozen=True, slots=True)
class Word:
    """A word to look for in one field, or, where ``field`` is empty, in those that people look for first."""

    field: str
    text: str


def split_words(search: str) -> tuple[Word, ...]:
    """Return the words of a search box: ``user:anna "tenant:Acme Corp" 10.1.2``; quotes hold blanks together."""
    words = tuple(_word(found) for found in _find_words(search))
    if len(words) > MOST_WORDS:
        raise InvalidInputError(f"A search takes at most {MOST_WORDS} words; this one has {len(words)}.")
    return tuple(word for word in words if word.text)


def clean_text(text: str) -> str:
    """Return the text without blanks around it, or raise InvalidInputError if no phone can have it."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            f"{quoted(text)} is too long to look for; write at most {LONGEST_TEXT} characters."
        )
    if not is_one_line(text):
        raise InvalidInputError(f"{quoted(text)} has characters that cannot be looked for; leave them out.")
    return text


def find_part_of_mac(text: str) -> str | None:
    """Return the hex digits of a MAC address or of a part of one, in any notation, or None if it is none."""
    digits = text.translate(_NO_SEPARATORS).lower()
    return digits if _is_part_of_mac(digits) else None


def normalise(field: str, text: str) -> str:
    """Return the text in the form its field is searched by, or raise InvalidInputError with what to write."""
    text = clean_text(text)
    return _FORMS[field](text) if text and field in _FORMS else text


def _word(found: re.Match[str]) -> Word:
    field = (found["field"] or "").lower()
    text = found["quoted"] if found["quoted"] is not None else found["word"].strip('"')
    return Word(field, normalise(field, text))


def _part_of_mac(text: str) -> str:
    digits = find_part_of_mac(text)
    if digits is None:
        raise InvalidInputError(
            f"{quoted(text)} is not a part of a MAC address; write up to 12 hex digits like 00908f or 00:90:8f."
        )
    return digits


def _address(text: str) -> str:
    if "/" not in text:
        return text
    subnet = parse_subnet(text)
    if subnet.version != 4:
        raise InvalidInputError(
            f"{quoted(text)} is an IPv6 subnet; write the beginning of the address instead."
        )
    return str(subnet)


def _subnet(text: str) -> str:
    return text if text == NONE else str(parse_subnet(text))


def _external(text: str) -> str:
    if text == NONE or address_text(text):
        return address_text(text) or text
    raise InvalidInputError(f"{quoted(text)} is not an address; write it like 203.0.113.7.")


def _status(text: str) -> str:
    word = text.lower().replace(" ", "_").replace("-", "_")
    if word not in STATUS_WORDS:
        raise InvalidInputError(f"{quoted(text)} is not a status; choose one of {', '.join(STATUS_WORDS)}.")
    return word


_FORMS: Mapping[str, Callable[[str], str]] = {
    "mac": _part_of_mac,
    "ip": _address,
    "status": _status,
    "subnet": _subnet,
    "external": _external,
}
