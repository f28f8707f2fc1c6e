"""Slots for firmware downloads: how many may be under way at once, in all, at a site and for an address."""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import NamedTuple, TypeAlias

_Place: TypeAlias = tuple[str, object]
_EVERYWHERE: _Place = ("everywhere", None)


class Limits(NamedTuple):
    """The most downloads at once: in all, at one site and for one address; 0 stands for no limit."""

    in_all: int
    at_site: int
    for_address: int


class Downloader(NamedTuple):
    """Who downloads: the address, and the id of its site where that is known."""

    address: str
    site_id: int | None = None

    @property
    def places(self) -> list[_Place]:
        """What the download is counted under."""
        site: list[_Place] = [] if self.site_id is None else [("site", self.site_id)]
        return [_EVERYWHERE, ("address", self.address), *site]


class DownloadSlots:
    """Counts downloads, each from ``begin`` to the ``close`` of its slot; for several threads.

    Times are in seconds of a clock that only goes forward.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = {"everywhere": limits.in_all, "site": limits.at_site, "address": limits.for_address}
        self._taken: Counter[_Place] = Counter()
        self._timed: list[tuple[float, int, Slot]] = []
        self._numbers = count()
        self._lock = Lock()

    def has_room(self, downloader: Downloader, now: float) -> bool:
        """Whether a download could begin now."""
        with self._lock:
            self._end_timed(now)
            return self._has_room(downloader.places)

    def begin(self, downloader: Downloader, now: float, *, seconds: float | None = None) -> "Slot | None":
        """Take a slot, or return None when there is none; with ``seconds`` it ends by itself after so long."""
        with self._lock:
            self._end_timed(now)
            places = downloader.places
            if not self._has_room(places):
                return None
            self._taken.update(places)
            slot = Slot(self, places)
            if seconds is not None:
                heapq.heappush(self._timed, (now + seconds, next(self._numbers), slot))
            return slot

    def end(self, slot: "Slot") -> None:
        """Give a slot back; a second time does nothing."""
        with self._lock:
            self._end(slot)

    def _has_room(self, places: Iterable[_Place]) -> bool:
        limits = ((self._limits[place[0]], self._taken[place]) for place in places)
        return all(limit == 0 or taken < limit for limit, taken in limits)

    def _end_timed(self, now: float) -> None:
        while self._timed and self._timed[0][0] <= now:
            self._end(heapq.heappop(self._timed)[2])

    def _end(self, slot: "Slot") -> None:
        for place in slot.places:
            self._taken[place] -= 1
            if not self._taken[place]:
                del self._taken[place]
        slot.places = []


@dataclass(eq=False, slots=True)
class Slot:
    """One download that is under way."""

    _slots: DownloadSlots
    places: list[_Place] = field(default_factory=list)

    def close(self) -> None:
        """End the download."""
        self._slots.end(self)
