"""Keeps one kind of line from filling the log: whoever sends bad requests without end is counted, not written down."""

import time
from collections.abc import Callable

MOST_PER_MINUTE = 600
_MOST_KINDS = 1_000


class Throttle:
    """Admits so many lines of a kind in a minute; a kind is a message before its values are filled in."""

    def __init__(self, most: int = MOST_PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._minute = -1
        self._counts: dict[object, int] = {}

    def admit(self, kind: object) -> bool:
        """Whether another line of this kind may be written; kinds beyond a thousand in a minute share one count."""
        counts = self._counts
        if kind not in counts and len(counts) >= _MOST_KINDS:
            kind = None
        counts[kind] = counts.get(kind, 0) + 1
        return counts[kind] <= self._most

    def take_left_out(self) -> int:
        """Return how many lines were left out, once their minute has ended, and begin another."""
        minute = int(self._clock() // 60)
        if minute == self._minute:
            return 0
        left_out = sum(count - self._most for count in self._counts.values() if count > self._most)
        self._minute, self._counts = minute, {}
        return left_out
