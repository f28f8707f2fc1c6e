"""How much is measured: all of it, as much as fits into a coffee break, or just enough to see that it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The sizes of one run.

    ``rounds`` and ``seconds`` hold for each variant of an experiment; ``growth`` are the numbers of phones at which
    figures are compared; ``swept`` is how many the sweep for silent phones looks through, and people at the screens.
    """

    rounds: int
    seconds: int
    phones: int
    growth: tuple[int, ...]
    swept: int
    kills: int
    downloads: int
    firmware_megabytes: int
    warms_up: bool = True

    @property
    def few_rounds(self) -> int:
        """Rounds for what needs not be known as exactly."""
        return min(self.rounds, 3)


FULL = Scale(
    rounds=5,
    seconds=2,
    phones=30_000,
    growth=(3_000, 30_000, 300_000),
    swept=1_000_000,
    kills=3,
    downloads=64,
    firmware_megabytes=40,
)
DAILY = Scale(
    rounds=3,
    seconds=2,
    phones=30_000,
    growth=(3_000, 30_000),
    swept=100_000,
    kills=1,
    downloads=64,
    firmware_megabytes=40,
)
SMALL = Scale(
    rounds=1,
    seconds=1,
    phones=1_000,
    growth=(300, 3_000),
    swept=3_000,
    kills=1,
    downloads=4,
    firmware_megabytes=1,
    warms_up=False,
)
