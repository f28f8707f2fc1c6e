"""Secret parameters without a value, which are left out of phones' files (protocol 9.1).

An empty password written into a phone's file would replace the one the phone has. Lines that are comments
(``;system/password=``) are left out in the same way.

Most of a template's lines are the same on every phone: which of them may be such a line is found once for a
template, and only these are looked at in each file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.rendering.one_line import line_feeds_only
from app.rendering.placeholders import MARKER, markers_in
from app.rendering.secret_parameters import is_empty_value, is_secret_parameter
from app.rendering.text import CACHED_TEMPLATES, Pieces


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines of a file, None where none is left; placeholders without a value, and secrets left out for want of one."""

    text: str | None
    unknown: tuple[str, ...]
    left_out: tuple[str, ...]


class SecretsLeftOut:
    """A template's text that is filled as ``fill`` does, without the secret parameters that have no value then.

    A text without a line (``""``) has none to keep.
    """

    __slots__ = ("_doubtful", "_pieces", "_source")

    def __init__(self, source: str) -> None:
        self._source = line_feeds_only(source)
        self._pieces = Pieces(source)
        self._doubtful = tuple(
            (number, Pieces(line))
            for number, line in enumerate(self._source.split("\n"))
            if _is_doubtful(line)
        )

    def fill(self, values: Mapping[str, str]) -> Kept:
        """Return the lines of one phone's file."""
        unknown = self._pieces.unknown_in(values)
        empty: list[int] = []
        names: list[str] = []
        for number, line in self._doubtful:
            # A line with a placeholder that nobody gave a value for is left out for that.
            name = "" if line.unknown_in(values) else _name_of_empty_secret(line.filled(values))
            if name:
                empty.append(number)
                names.append(name)
        if not unknown and not empty:
            return Kept(self._pieces.filled(values) if self._source else None, (), ())
        pieces = _without(self._source, tuple(empty), unknown)
        text = pieces.filled(values) if pieces else None
        return Kept(text, unknown, tuple(dict.fromkeys(names)))


def without_empty_secrets(text: str) -> Kept:
    """Return a text (line ends LF) without the secret parameters that have no value."""
    if not text:
        return Kept(None, (), ())
    names = [_name_of_empty_secret(line) for line in text.split("\n")]
    kept = [line for line, name in zip(text.split("\n"), names, strict=True) if not name]
    return Kept("\n".join(kept) if kept else None, (), tuple(dict.fromkeys(filter(None, names))))


def _name_of_empty_secret(line: str) -> str:
    """Return the name of a secret parameter to which the line gives no value; empty for any other line."""
    name, equals, value = line.partition("=")
    is_one = bool(equals) and is_secret_parameter(name) and is_empty_value(value)
    return name.strip(" \t;") if is_one else ""


def _is_doubtful(line: str) -> bool:
    if not MARKER.search(line):
        return bool(_name_of_empty_secret(line))
    name, equals, _ = line.partition("=")
    return not equals or bool(MARKER.search(name)) or is_secret_parameter(name)


# Most phones of a template leave out the same lines.
@lru_cache(maxsize=CACHED_TEMPLATES)
def _without(source: str, numbers: tuple[int, ...], unknown: tuple[str, ...]) -> Pieces | None:
    """Return the text without these lines, and without those that hold an unknown placeholder; None for no line."""
    kept = [
        line
        for number, line in enumerate(source.split("\n"))
        if number not in numbers and not set(markers_in(line)).intersection(unknown)
    ]
    return Pieces("\n".join(kept)) if kept else None
