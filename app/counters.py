"""What the processes of one machine count together: numbers in memory that a parent shares with all that it forks.

Each process adds in a row of its own, so nobody waits for anybody. When a process has ended another takes its row over
and adds to what is there: a count never falls as long as the parent lives (docs/decisions/0063).
"""

import mmap
import multiprocessing
import os
import threading
from bisect import bisect_left
from collections.abc import Sequence

DOORS = ("web", "plane")
KINDS = ("report", "alarm", "user keys", "file", "firmware", "refused", "screen", "static", "phones", "rest")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; what took longer than the last is counted beyond it."""
LANES = ("find", "batch")
LIMITS = ("phone", "address")
"""What may be over its limit where phones ask too often."""

_ROWS = 128
_NUMBER_BYTES = 8
_REQUESTS = {
    (door, kind, status): place
    for place, (door, kind, status) in enumerate(
        ((door, kind, status) for door in DOORS for kind in KINDS for status in CLASSES), start=1
    )
}
_SECONDS = {door: 1 + len(_REQUESTS) + place * (len(BUCKETS) + 2) for place, door in enumerate(DOORS)}
_WAITING = {
    lane: 1 + len(_REQUESTS) + len(DOORS) * (len(BUCKETS) + 2) + place for place, lane in enumerate(LANES)
}
_REFUSED = {
    limit: 1 + len(_REQUESTS) + len(DOORS) * (len(BUCKETS) + 2) + len(LANES) + place
    for place, limit in enumerate(LIMITS)
}
_WIDTH = 1 + len(_REQUESTS) + len(DOORS) * (len(BUCKETS) + 2) + len(LANES) + len(LIMITS)


class Counters:
    """Requests by door, kind and status, how long they took, and what waits at a moment."""

    def __init__(self) -> None:
        self._cells = memoryview(mmap.mmap(-1, _ROWS * _WIDTH * _NUMBER_BYTES)).cast("d")
        self._taking = multiprocessing.get_context("fork").Lock()
        self._adding = threading.Lock()
        self._row = -1
        os.register_at_fork(after_in_child=self._leave_row)

    def count(self, door: str, kind: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        requests = _REQUESTS[door, kind, CLASSES[min(max(status // 100 - 2, 0), 3)]]
        took = _SECONDS[door]
        with self._adding:
            row = self._row if self._row >= 0 else self._take_row()
            self._cells[row + requests] += 1
            self._cells[row + took + bisect_left(BUCKETS, seconds)] += 1
            self._cells[row + took + len(BUCKETS) + 1] += seconds

    def refuse(self, limit: str) -> None:
        """Count one request of a phone that was refused because this limit was reached, whichever door it came to."""
        with self._adding:
            row = self._row if self._row >= 0 else self._take_row()
            self._cells[row + _REFUSED[limit]] += 1

    def note_waiting(self, lane: str, number: int) -> None:
        """Note how many calls wait in a lane of this process."""
        with self._adding:
            row = self._row if self._row >= 0 else self._take_row()
            self._cells[row + _WAITING[lane]] = number

    def requests(self, door: str) -> dict[tuple[str, str], int]:
        """Return how many requests of each kind were answered with each class of status."""
        return {
            (kind, status): int(self._sum(_REQUESTS[door, kind, status]))
            for kind in KINDS
            for status in CLASSES
        }

    def seconds(self, door: str) -> tuple[Sequence[int], float]:
        """Return how many requests took no longer than each bucket, the last being all, and how long all took."""
        counts, total = [], 0
        for place in range(len(BUCKETS) + 1):
            total += int(self._sum(_SECONDS[door] + place))
            counts.append(total)
        return counts, self._sum(_SECONDS[door] + len(BUCKETS) + 1)

    def refused(self, limit: str) -> int:
        """Return how many requests were refused because this limit was reached."""
        return int(self._sum(_REFUSED[limit]))

    def waiting(self, lane: str) -> int:
        """Return how many calls wait in a lane, of all processes that live."""
        rows = range(0, _ROWS * _WIDTH, _WIDTH)
        return int(sum(self._cells[row + _WAITING[lane]] for row in rows if _lives(int(self._cells[row]))))

    def _sum(self, place: int) -> float:
        return sum(self._cells[place::_WIDTH])

    def _take_row(self) -> int:
        """Take the first row that no living process has; with too many processes the last one is shared."""
        with self._taking:
            rows = range(0, _ROWS * _WIDTH, _WIDTH)
            row = next((row for row in rows if not _lives(int(self._cells[row]))), rows[-1])
            self._cells[row] = os.getpid()
            for place in _WAITING.values():
                self._cells[row + place] = 0
        self._row = row
        return row

    def _leave_row(self) -> None:
        self._row = -1
        self._adding = threading.Lock()


def _lives(pid: int) -> bool:
    if pid == 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


counters = Counters()
"""Those of this process and all that it has forked."""
