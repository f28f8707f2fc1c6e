"""Pies as shapes: the paths of their slices, for an SVG whose middle is 0,0 and whose radius is 1."""

from collections.abc import Sequence
from math import cos, pi, sin

_HOLE = 0.66
_WHOLE = 0.9999
"""An arc whose ends are the same point is drawn by nobody."""


def slices(numbers: Sequence[int]) -> list[str]:
    """Return the path of each number's share of their sum, clockwise from the top; empty for a share of nothing."""
    total = sum(numbers)
    paths, begun = [], 0
    for number in numbers:
        paths.append(_ring(begun / total, number / total) if number else "")
        begun += number
    return paths


def _ring(start: float, share: float) -> str:
    share = min(share, _WHOLE)
    end, long = start + share, int(share > 0.5)
    return (
        f"M{_at(start, 1)}A1 1 0 {long} 1 {_at(end, 1)}"
        f"L{_at(end, _HOLE)}A{_HOLE} {_HOLE} 0 {long} 0 {_at(start, _HOLE)}Z"
    )


def _at(part: float, radius: float) -> str:
    angle = 2 * pi * part
    return f"{radius * sin(angle):.4f} {-radius * cos(angle):.4f}"
