"""What happened on the wire, counted: requests by kind, durations, failures, reports that were answered."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_STEP = math.log(1.02)
_SHORTEST_SECONDS = 1e-6
_DISTINCT_FAILURES = 200


class Kind(StrEnum):
    """What a request is for."""

    FIRMWARE_HEAD = "firmware head"
    FIRMWARE = "firmware"
    CONFIGURATION = "first configuration file"
    PERSONAL = "personal file"
    INCLUDE = "included file"
    REPORT = "report"
    MALFORMED = "malformed report"
    ALARM = "alarm"
    KEYS = "user's keys"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One report that the manager answered, to be compared with what it stored."""

    mac: str
    sequence: int
    fields: Mapping[str, str]
    answered_at: datetime


class Durations:
    """Seconds counted into classes 2 % wide, so that a day of requests takes no more room than an hour."""

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._classes[round(math.log(max(seconds, _SHORTEST_SECONDS)) / _STEP)] += 1

    def at(self, share: float) -> float | None:
        """The seconds within which that share of them lay, off by 1 % at most; None when there are none."""
        wanted = share * self._classes.total()
        for number in sorted(self._classes):
            wanted -= self._classes[number]
            if wanted <= 0:
                return math.exp(number * _STEP)
        return None


@dataclass(slots=True)
class Tally:
    """The requests of one kind: sent, not answered as they should be and why, told to come later, and how long."""

    count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    postponed: int = 0
    durations: Durations = field(default_factory=Durations)


class Ledger:
    """The books of one fleet; every phone writes into the same."""

    def __init__(self, *, keeps_acknowledged: bool) -> None:
        self.tallies: dict[Kind, Tally] = {}
        self.failures: Counter[str] = Counter()
        self.acknowledged: list[Acknowledged] = []
        self.actions_taken = 0
        self.actions_ignored = 0
        self._keeps_acknowledged = keeps_acknowledged

    @property
    def requests(self) -> int:
        """How many requests were sent in all."""
        return sum(tally.count for tally in self.tallies.values())

    def count(self, kind: Kind, seconds: float, error: str = "") -> None:
        """Enter one request that was answered, or that found nobody; ``error`` says what was wrong with that."""
        tally = self.tallies.setdefault(kind, Tally())
        tally.count += 1
        if error:
            _add(tally.errors, error)
        tally.durations.add(seconds)

    def postpone(self, kind: Kind, seconds: float) -> None:
        """Enter one request whose answer was to come again later."""
        self.count(kind, seconds)
        self.tallies[kind].postponed += 1

    def fail(self, what: str, why: str) -> None:
        """Enter something that should have worked and did not, after all tries."""
        _add(self.failures, f"{what}: {why}", other=f"{what}: other reasons")

    def acknowledge(self, mac: str, sequence: int, fields: Mapping[str, str], answered_at: datetime) -> None:
        """Enter a report that was answered, if this fleet keeps them."""
        if self._keeps_acknowledged:
            self.acknowledged.append(Acknowledged(mac, sequence, fields, answered_at))


def _add(counter: Counter[str], sentence: str, *, other: str = "other reasons") -> None:
    """Count a sentence, as one of the others where there are too many different ones."""
    is_known = sentence in counter or len(counter) < _DISTINCT_FAILURES
    counter[sentence if is_known else other] += 1
