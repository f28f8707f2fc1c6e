"""What is asked of a server, and what its database has to show for it afterwards."""

import random
import secrets
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from benchmarks.load import Script
from benchmarks.reports import SEED_TAG


class Effect(Enum):
    """What the requests do to what is stored."""

    CHANGE = "all changed"
    TOUCH = "nothing changed"
    NONE = "only read"


@dataclass(frozen=True, slots=True)
class Workload:
    """Requests of so many phones in a file, ``each`` of them a phone, the last of which is its report if any is."""

    file: Path
    phones: int
    effect: Effect
    each: int = 1

    def script(self) -> Script:
        """Return what a generator is told: with a tag of its own where each report is to say something new."""
        changes = self.effect is Effect.CHANGE
        tag = secrets.token_hex(4) if changes else SEED_TAG
        return Script(self.file, random.randrange(self.phones) * self.each, tag, change_each_lap=changes)

    def reports_in(self, answered: int, connections: int) -> tuple[int, int]:
        """Return how many phones have reported, at least and at most, when so many requests were answered.

        At the end of a slice each connection may have one more under way.
        """
        least = answered if self.each == 1 else answered // self.each - connections
        most = (answered + connections) // self.each + (self.each > 1)
        return min(max(least, 0), self.phones), min(most, self.phones)
