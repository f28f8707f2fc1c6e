"""How a roll-out is divided: a canary, then waves by percent or by count, each phone in one of them."""

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from app.errors import InvalidInputError

MOST_WAVES = 10
MOST_CANARIES = 100
USUAL_STEPS = "5 %, 25 %, 100 %"
_REST = ("rest", "the rest", "all")
_STEP = re.compile(r"([0-9]{1,6})\s*(%?)")


Target = TypeVar("Target")


@dataclass(frozen=True, slots=True)
class Step:
    """Where a wave ends: at so many percent of all phones, or after so many of its own."""

    number: int
    is_percent: bool

    def __str__(self) -> str:
        return f"{self.number} %" if self.is_percent else str(self.number)


@dataclass(frozen=True, slots=True)
class Wave:
    """A part of a roll-out and how many phones are in it."""

    size: int
    is_canary: bool = False


def parse_steps(text: str) -> tuple[Step, ...]:
    """Read ``5 %, 25 %, 100 %`` or ``10, 100, rest``; what is left over is the last wave, whether it is named or not.

    Percents are of all phones and count what went before: 25 % after 5 % is another 20 %.
    InvalidInputError with a sentence for what cannot be waves.
    """
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if words and words[-1] in _REST:
        words.pop()
    steps = tuple(_step(word) for word in words)
    if len(steps) > MOST_WAVES:
        raise InvalidInputError(f"A roll-out has {MOST_WAVES} waves at most.", field="waves")
    if len({step.is_percent for step in steps}) > 1:
        raise InvalidInputError(
            "Give all waves in percent (5 %, 25 %, 100 %) or all by count (10, 100, rest).", field="waves"
        )
    if steps and steps[0].is_percent:
        _check_percents([step.number for step in steps])
    return steps


def split(total: int, canaries: int, steps: Sequence[Step]) -> tuple[Wave, ...]:
    """Return the waves of so many phones, of which some are canaries; no wave is empty.

    A percent is rounded up, so that a small fleet has a first wave, too. Canaries count as done.
    """
    waves = [Wave(canaries, is_canary=True)] if canaries else []
    done = canaries
    for step in steps:
        goal = math.ceil(total * step.number / 100) if step.is_percent else done + step.number
        size = min(goal, total) - done
        if size > 0:
            waves.append(Wave(size))
            done += size
    if done < total:
        waves.append(Wave(total - done))
    return tuple(waves)


def spread(targets: Sequence[Target], place_of: Callable[[Target], Hashable]) -> list[Target]:
    """Return the targets in such an order that any number from the start has the same share of every place.

    So no wave takes all phones of a place away at once, and the first meets more than one place. Those of one place
    stay in their order.
    """
    sizes, taken = Counter(map(place_of, targets)), Counter[Hashable]()
    shares: list[float] = []
    for target in targets:
        place = place_of(target)
        shares.append((taken[place] + 0.5) / sizes[place])
        taken[place] += 1
    return [targets[at] for at in sorted(range(len(targets)), key=shares.__getitem__)]


def names_of(waves: Sequence[Wave]) -> list[str]:
    """Return what the waves are called: ``canary``, ``wave 1``, and so on."""
    canaries = sum(wave.is_canary for wave in waves)
    return [
        "canary" if wave.is_canary else f"wave {number - canaries}" for number, wave in enumerate(waves, 1)
    ]


def numbers_of(waves: Sequence[Wave]) -> list[int]:
    """Return the number of the wave, from 1, of each phone in their order."""
    return [number for number, wave in enumerate(waves, 1) for _ in range(wave.size)]


def _step(word: str) -> Step:
    found = _STEP.fullmatch(word)
    if not found or not int(found[1]):
        raise InvalidInputError(
            f"“{word[:30]}” is no wave: write percents (5 %, 25 %, 100 %) or counts (10, 100, rest).",
            field="waves",
        )
    return Step(int(found[1]), bool(found[2]))


def _check_percents(percents: Sequence[int]) -> None:
    if percents[-1] > 100:
        raise InvalidInputError("No wave ends at more than 100 %.", field="waves")
    if any(later <= earlier for earlier, later in pairwise(percents)):
        raise InvalidInputError(
            "Percents are of all phones and count what went before, so each is larger than the last: "
            "5 %, 25 %, 100 %.",
            field="waves",
        )
