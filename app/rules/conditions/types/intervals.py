"""Facts that lie in an order, and conditions that hold in stretches of it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

Place = TypeVar("Place")
Stretch = tuple[Place, Place]
"""From its first place up to, but without, its second."""


def places_that_differ(first: Place, stretches: Iterable[Stretch[Place]]) -> Sequence[Place]:
    """Return one place of each part in which no stretch begins or ends; ``first`` is the first there is."""
    return list(dict.fromkeys([first, *(place for stretch in stretches for place in stretch)]))
