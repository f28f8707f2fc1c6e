"""How often something may be done: a bucket for each name, which fills up again as time goes by.

Each web process counts for itself, in memory: with several of them so much more is taken.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_MOST_KEPT = 10_000
_SECONDS = 60.0


class RateLimit:
    """So many in a minute for each name, all of them at once where nothing was taken before; for several threads."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, name: str) -> int:
        """Take one; return 0, or in how many seconds there is one again."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(name, (self._most, now))
            left = min(self._most, left + (now - at) * self._most / _SECONDS)
            is_taken = left >= 1
            self._left[name] = (left - 1 if is_taken else left, now)
            if len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
        return 0 if is_taken else math.ceil((1 - left) * _SECONDS / self._most)
