"""Who asks for the files of phones that do not exist: kept in memory that a parent shares with all that it forks.

For each address a sketch of the MACs that it asked for (a bit for each), so that memory is bounded and a MAC counts
once. Processes write without waiting for one another: what two write at the same moment may cost one of them a bit,
which the next guess makes good (docs/decisions/0069).
"""

import math
import mmap
import os
import struct
import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from ipaddress import IPv6Network
from threading import Lock
from typing import NamedTuple

from app.rules.addresses import find_address
from config import Settings

_PLACES = 1024
_WAYS = 8
_SKETCH_BYTES = 256
_HEAD = struct.Struct("=8sdddd48s")  # key, window since, last guess, refused until, told at, source
_UNTIL = struct.Struct("=d")
_SLOT_BYTES = _HEAD.size + _SKETCH_BYTES
_FIRST_SLOT = 64
_V6_PREFIX = 64


class Limits(NamedTuple):
    """How many unknown MACs an address may ask for within how long, and for how long it is refused after the last.

    Times are in seconds; with ``most`` 0 nothing is counted.
    """

    most: int
    within: float
    refused_for: float


class Suspect(NamedTuple):
    """An address, or an IPv6 network, and for about how many unknown phones it asked lately."""

    source: str
    number: int


class GuessMemory:
    """What is shared: slots for sources, the one that guessed longest ago giving way."""

    def __init__(self) -> None:
        self.cells = mmap.mmap(-1, _FIRST_SLOT + _PLACES * _SLOT_BYTES)
        self.salt = os.urandom(16)


class Guesses:
    """Counts guesses of this process in the shared memory, and knows whom those of all make suspect.

    For several threads. The clock goes forward alone and is the same for all processes of a machine.
    """

    def __init__(
        self, memory: GuessMemory, limits: Limits, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._memory = memory
        self._limits = limits
        self._clock = clock
        self._lock = Lock()

    def note(self, address: str, mac: str) -> None:
        """Note that somebody at this address asked for the file of a phone that nobody has heard of."""
        source = source_of(address)
        if not self._limits.most or not source:
            return
        now = self._clock()
        with self._lock:
            place = self._find(source) or self._take(source, now)
            key, since, _, until, told_at, kept = self._head(place)
            if now - since > self._limits.within:
                since = now
                self._set_sketch(place, bytes(_SKETCH_BYTES))
            self._add(place, mac)
            if until > now or self._number(place) > self._limits.most:
                until = now + self._limits.refused_for
                _UNTIL.pack_into(self._memory.cells, 0, until)
            _HEAD.pack_into(self._memory.cells, place, key, since, now, until, told_at, kept)

    @property
    def are_suspected(self) -> bool:
        """Whether anybody is suspect at the moment; costs next to nothing."""
        until: float = _UNTIL.unpack_from(self._memory.cells, 0)[0]
        return until > 0 and until > self._clock()

    def is_suspect(self, address: str) -> bool:
        """Whether too many unknown phones were asked for from this address."""
        if not self.are_suspected:
            return False
        place = self._find(source_of(address))
        return place is not None and bool(self._head(place)[3] > self._clock())

    def take_news(self) -> Sequence[Suspect]:
        """Return who is suspect and has guessed since this was asked last, in whichever process."""
        if not self.are_suspected:
            return []
        now, news = self._clock(), []
        with self._lock:
            for place in range(_FIRST_SLOT, len(self._memory.cells), _SLOT_BYTES):
                key, since, last_at, until, told_at, source = self._head(place)
                if until > now and last_at > told_at:
                    news.append(Suspect(source.rstrip(b"\0").decode(), self._number(place)))
                    _HEAD.pack_into(self._memory.cells, place, key, since, last_at, until, now, source)
        return sorted(news, key=lambda suspect: -suspect.number)

    def _find(self, source: str) -> int | None:
        key = self._digest(source)
        return next((place for place in _places(key) if self._head(place)[0] == key), None)

    def _take(self, source: str, now: float) -> int:
        key = self._digest(source)
        place = min(_places(key), key=lambda place: self._head(place)[2])
        _HEAD.pack_into(self._memory.cells, place, key, now, now, 0.0, 0.0, source.encode())
        self._set_sketch(place, bytes(_SKETCH_BYTES))
        return place

    def _head(self, place: int) -> tuple[bytes, float, float, float, float, bytes]:
        head: tuple[bytes, float, float, float, float, bytes] = _HEAD.unpack_from(self._memory.cells, place)
        return head

    def _add(self, place: int, mac: str) -> None:
        bit = int.from_bytes(self._digest(mac)) % (_SKETCH_BYTES * 8)
        self._memory.cells[place + _HEAD.size + bit // 8] |= 1 << bit % 8

    def _set_sketch(self, place: int, sketch: bytes) -> None:
        self._memory.cells[place + _HEAD.size : place + _SLOT_BYTES] = sketch

    def _number(self, place: int) -> int:
        """Return about how many different MACs were noted: some share a bit (linear counting)."""
        sketch = self._memory.cells[place + _HEAD.size : place + _SLOT_BYTES]
        all_bits = _SKETCH_BYTES * 8
        clear = max(1, all_bits - int.from_bytes(sketch).bit_count())
        return round(all_bits * math.log(all_bits / clear))

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode(), digest_size=8, key=self._memory.salt).digest()


def source_of(address: str) -> str:
    """Return what is counted as one caller: an IPv4 address, or the /64 of an IPv6 one, of which a caller has all.

    Empty for what is no address, and for this machine itself: there every phone comes from that a proxy brings which is
    not among the trusted ones.
    """
    found = find_address(address)
    if found is None or found.is_loopback:
        return ""
    if found.version == 4:
        return str(found)
    return str(IPv6Network((int(found) >> _V6_PREFIX << _V6_PREFIX, _V6_PREFIX)))


def _places(key: bytes) -> Sequence[int]:
    first = int.from_bytes(key[:4]) % _PLACES
    return [_FIRST_SLOT + (first + step) % _PLACES * _SLOT_BYTES for step in range(_WAYS)]


_memory = GuessMemory()


def of_settings(settings: Settings) -> Guesses:
    """Return what this process and all that were forked from the same parent count together."""
    limits = Limits(
        settings.guessed_macs, settings.guessing_minutes * 60.0, settings.guessing_refused_minutes * 60.0
    )
    return Guesses(_memory, limits)
