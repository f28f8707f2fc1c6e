"""MAC addresses as phones and people write them, and the one form in which they are kept."""

import re

from app.errors import InvalidInputError
from app.rules.sentences import quoted

is_kept_mac = re.compile(r"[0-9a-f]{12}").fullmatch
"""Tells whether a text is a MAC address in the form in which it is kept."""
_is_written = re.compile(
    r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
).fullmatch
_NO_SEPARATORS = str.maketrans("", "", ":-.")


def find_mac(text: str) -> str | None:
    """Return the MAC address that ``text`` is, as 12 lower-case hex digits, or None if it is none.

    Accepted are ``00:90:8F:12:34:56``, ``00-90-8F-12-34-56``, ``0090.8f12.3456`` and ``00908F123456``,
    with blanks around them.
    """
    if is_kept_mac(text):
        return text
    written = text.strip()
    if not _is_written(written):
        return None
    return written.translate(_NO_SEPARATORS).lower()


def parse_mac(text: str) -> str:
    """Return what ``find_mac`` returns, or raise InvalidInputError if ``text`` is no MAC address."""
    mac = find_mac(text)
    if mac is None:
        raise InvalidInputError(
            f"{quoted(text)} is not a MAC address; write 12 hex digits like 00908f123456."
        )
    return mac


def display_mac(mac: str) -> str:
    """Return a kept MAC address as people read it: ``00:90:8f:12:34:56``."""
    return ":".join(mac[at : at + 2] for at in range(0, 12, 2))
