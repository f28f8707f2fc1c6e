"""Texts that tell patterns apart: each pattern is an automaton, and all of them are run side by side."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_MOST_STATES = 2000
# Stands for every letter that no pattern has; texts of phones are printable, so it is none of theirs.
_ANY_OTHER = "\0"

_Places: TypeAlias = frozenset[int]
"""Where in a pattern one may be after some letters; empty when it cannot fit any more."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with wildcards, or without: where ``is_glob`` is false, a star is a star."""

    text: str
    is_glob: bool

    def start(self) -> _Places:
        """Return where one is before the first letter."""
        return self._with_empty_stars({0})

    def step(self, places: _Places, letter: str) -> _Places:
        """Return where one is after another letter."""
        after: set[int] = set()
        for place in places:
            if place == len(self.text):
                continue
            wanted = self.text[place]
            if self.is_glob and wanted == "*":
                after.add(place)
            elif wanted == letter or (self.is_glob and wanted == "?"):
                after.add(place + 1)
        return self._with_empty_stars(after)

    def fits(self, places: _Places) -> bool:
        """Return whether the letters so far are the whole of a text that fits."""
        return len(self.text) in places

    def _with_empty_stars(self, places: set[int]) -> _Places:
        for place in list(places):
            at = place
            while self.is_glob and at < len(self.text) and self.text[at] == "*":
                at += 1
                places.add(at)
        return frozenset(places)


def texts_that_differ(alternatives: Sequence[Sequence[Pattern]]) -> Iterable[str]:
    """Return texts, so that each way in which the patterns can fit together is that of one of them.

    LookupError where more than a fair number of ways has to be gone.
    """
    patterns = list(dict.fromkeys(pattern for group in alternatives for pattern in group))
    letters = sorted({letter for pattern in patterns for letter in pattern.text} | {_ANY_OTHER})
    start = tuple(pattern.start() for pattern in patterns)
    found: dict[tuple[bool, ...], str] = {}
    seen: set[tuple[_Places, ...]] = set()
    waiting = deque([(start, "")])
    while waiting:
        places, text = waiting.popleft()
        # No text is empty: that would be a fact that is not known.
        if text:
            fitting = tuple(pattern.fits(at) for pattern, at in zip(patterns, places, strict=True))
            found.setdefault(fitting, text)
        for letter in letters:
            after = tuple(pattern.step(at, letter) for pattern, at in zip(patterns, places, strict=True))
            if after in seen:
                continue
            if len(seen) == _MOST_STATES:
                raise LookupError("the patterns are too many to be told apart")
            seen.add(after)
            waiting.append((after, text + letter))
    return found.values()
