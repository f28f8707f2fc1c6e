"""Texts that tell patterns apart: each pattern is an automaton, and all of them are run side by side."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

_MOST_STEPS = 5000
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

    def samples(self) -> Iterator[str]:
        """Yield the shortest text that fits, and one with something in place of each star."""
        if not self.is_glob:
            yield self.text
            return
        short = self.text.replace("?", _ANY_OTHER)
        yield short.replace("*", "")
        yield short.replace("*", _ANY_OTHER)

    def _with_empty_stars(self, places: set[int]) -> _Places:
        for place in list(places):
            at = place
            while self.is_glob and at < len(self.text) and self.text[at] == "*":
                at += 1
                places.add(at)
        return frozenset(places)


def texts_that_differ(patterns: Iterable[Pattern]) -> Iterator[str]:
    """Yield texts, so that each way in which the patterns can fit together is that of one of them.

    Texts that are likely to tell them apart come first. LookupError after them where the way to the others is too long.
    No text is empty: that would be a fact that is not known.
    """
    apart = tuple(dict.fromkeys(patterns))
    yield from filter(None, (text for pattern in apart for text in pattern.samples()))
    letters = sorted({letter for pattern in apart for letter in pattern.text} | {_ANY_OTHER})
    found: set[tuple[bool, ...]] = set()
    seen: set[tuple[_Places, ...]] = set()
    waiting = deque([(tuple(pattern.start() for pattern in apart), "")])
    steps = 0
    while waiting:
        places, text = waiting.popleft()
        steps += len(letters)
        if steps > _MOST_STEPS:
            raise LookupError("the patterns are too long to be told apart")
        for letter in letters:
            after = tuple(pattern.step(at, letter) for pattern, at in zip(apart, places, strict=True))
            if after in seen:
                continue
            seen.add(after)
            waiting.append((after, text + letter))
            fitting = tuple(pattern.fits(at) for pattern, at in zip(apart, after, strict=True))
            if fitting not in found:
                found.add(fitting)
                yield text + letter
