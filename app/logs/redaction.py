"""The last guard before a line is written: secrets are taken out of it, and whatever could forge a line.

Nothing is meant to log a secret. What a library or a database says of an error may hold one all the same: values are
taken out by the names they stand behind, and this installation's own secrets wherever they stand.
"""

import re
from collections.abc import Iterable

MASK = "***"
SHORTEST_SECRET = 6
"""Shorter ones are in half of all words."""

_NAMES = (
    r"password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|authorization|cookie|session[-_]?id|"
    r"(?<![a-z])(?:pwd|psw|psk|pin)(?![a-z])"
)
# What stands in quotes ends with them; anything else may go on to the end of its line.
_NAMED = re.compile(
    rf"""((?:{_NAMES})[\w%]{{0,40}}["']?[ \t]{{0,4}}[=:][ \t]{{0,4}})"""
    r"""("(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|[^\r\n]+)""",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"(://[^\s:/@]{0,200}:)[^\s/]{1,200}@")
# Keys in the addresses that phones ask for (app/rules/url_keys.py).
_IN_PATH = re.compile(r"(/k/+)[^/\s\"']{8,}")
# What databases tell of the row that they refuse.
_ROW = re.compile(r"(Failing row contains |\[parameters: |\[SQL: |parameters: )[^\r\n]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


class Redaction:
    """Cleans texts; it knows the installation's own secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({text for text in secrets if len(text) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(self, text: str) -> str:
        """Return the text without secrets; its lines stay lines."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = _ROW.sub(rf"\1{MASK}", text)
        text = _IN_ADDRESS.sub(rf"\1{MASK}@", text)
        text = _IN_PATH.sub(rf"\1{MASK}", text)
        return _NAMED.sub(_masked, text)

    def clean_line(self, text: str, most: int) -> str:
        """Return the text without secrets as one line of at most so many characters."""
        return on_one_line(self.clean(text[: 4 * most]))[:most]


def _masked(found: re.Match[str]) -> str:
    """Return the name with its value masked; quotes stay, so that JSON stays JSON."""
    name, value = found.groups()
    quote = value[0] if value[0] in "\"'" and value[-1] == value[0] else ""
    return f"{name}{quote}{MASK}{quote}"


def on_one_line(text: str) -> str:
    r"""Return the text with ``\n`` for a line break, and ``\x1b`` and the like for whatever else does not print."""
    return _CONTROL.sub(lambda found: _SHORT.get(found[0], f"\\x{ord(found[0]):02x}"), text)
