"""Template text with its placeholders filled in; a template is split once and joined many times.

Splitting once and joining is the fastest of the ways that were measured, and it makes one pass: a value that
holds ``%ITCS_x%`` is never expanded again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from app.rendering.one_line import line_feeds_only, one_line
from app.rendering.placeholders import MARKER, markers_in

# Bounds the memory for split templates: a fleet has some dozens, of about 10 KB each.
CACHED_TEMPLATES = 128


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled text (line ends LF) and the names of the placeholders nobody gave a value for.

    The lines that hold an unknown placeholder are not in the text. A marker that is begun and not ended as
    ``%ITCS_Name%`` counts as a placeholder without a name: it is reported as the empty name.
    """

    text: str
    unknown: tuple[str, ...]


class Pieces:
    """A text in pieces: literal, name, literal, …, literal; and ``names``, each once."""

    __slots__ = ("_literals", "_needed", "_values_of", "names")

    def __init__(self, source: str) -> None:
        parts = MARKER.split(line_feeds_only(source))
        in_order = [name.removesuffix("%") for name in parts[1::2]]
        self._literals = parts
        self._needed = frozenset(in_order)
        # Looks up all of them in one call; of a single one it would return the value alone.
        self._values_of = itemgetter(*in_order, in_order[0]) if in_order else None
        self.names = tuple(dict.fromkeys(in_order))

    def unknown_in(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names that have no value; a name that is empty never has one."""
        if values.keys() >= self._needed and "" not in self._needed:
            return ()
        return tuple(name for name in self.names if not name or name not in values)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with a value for each name, none of which may be unknown."""
        if self._values_of is None:
            return self._literals[0]
        chosen = self._values_of(values)[:-1]
        # Printable text, by far the most frequent, needs no cleaning: one look at all values instead of one at each.
        if not "".join(chosen).isprintable():
            chosen = tuple(map(one_line, chosen))
        parts = list(self._literals)
        parts[1::2] = chosen
        return "".join(parts)


def fill(source: str, values: Mapping[str, str]) -> Filled:
    """Fill each placeholder of ``source`` with its value, which never adds a line (protocol 10).

    Line breaks and control characters are removed from values. A line with a placeholder that has no value is
    left out, so that a phone never gets the bare marker.
    """
    unknown = unknown_in(source, values)
    pieces = _pieces(_without_lines(source, unknown) if unknown else source)
    return Filled(pieces.filled(values), unknown)


def unknown_in(source: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that ``fill`` would report, in order of first appearance."""
    return _pieces(source).unknown_in(values)


_pieces = lru_cache(maxsize=CACHED_TEMPLATES)(Pieces)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _without_lines(source: str, unknown: tuple[str, ...]) -> str:
    """Return the text (line ends LF) without the lines that hold one of these placeholders."""
    lines = line_feeds_only(source).split("\n")
    return "\n".join(line for line in lines if not set(markers_in(line)).intersection(unknown))
