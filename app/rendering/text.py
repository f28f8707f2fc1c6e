"""Template text with its placeholders filled in; a template is split once and joined many times.

Splitting once and joining is the fastest of the ways that were measured, and it makes one pass: a value that
holds ``%ITCS_x%`` is never expanded again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A text in pieces: literal, name, literal, …, literal; and its names, each once."""

    parts: tuple[str, ...]
    names: tuple[str, ...]


def fill(source: str, values: Mapping[str, str]) -> Filled:
    """Fill each placeholder of ``source`` with its value, which never adds a line (protocol 10).

    Line breaks and control characters are removed from values. A line with a placeholder that has no value is
    left out, so that a phone never gets the bare marker.
    """
    unknown = unknown_in(source, values)
    pieces = _split(_without_lines(source, unknown) if unknown else source)
    return Filled(_join(pieces, values), unknown)


def unknown_in(source: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that ``fill`` would report, in order of first appearance."""
    return tuple(name for name in _split(source).names if not name or name not in values)


def _join(pieces: _Pieces, values: Mapping[str, str]) -> str:
    clean = {name: one_line(values[name]) for name in pieces.names}
    parts = list(pieces.parts)
    parts[1::2] = [clean[name] for name in pieces.parts[1::2]]
    return "".join(parts)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _split(source: str) -> _Pieces:
    parts = MARKER.split(line_feeds_only(source))
    parts[1::2] = [name.removesuffix("%") for name in parts[1::2]]
    return _Pieces(tuple(parts), tuple(dict.fromkeys(parts[1::2])))


@lru_cache(maxsize=CACHED_TEMPLATES)
def _without_lines(source: str, unknown: tuple[str, ...]) -> str:
    """Return the text without the lines that hold one of these placeholders."""
    lines = line_feeds_only(source).split("\n")
    return "\n".join(line for line in lines if not set(markers_in(line)).intersection(unknown))
