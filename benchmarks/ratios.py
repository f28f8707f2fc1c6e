"""What several rounds say together: the middle one, and how far they lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MOST_SPREAD_OF_BASELINE = 2.5


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most of a figure over the rounds."""

    median: float
    least: float
    most: float


def spread(figures: Sequence[float]) -> Spread:
    """Sum up the figures of one or more rounds."""
    return Spread(median(figures), min(figures), max(figures))


def ratios(figures: Sequence[float], baselines: Sequence[float]) -> Spread:
    """Sum up the figures in units of the baseline of the same round: what disturbs one round, disturbs both."""
    return spread([figure / baseline for figure, baseline in zip(figures, baselines, strict=True)])


def is_steady(baselines: Sequence[float]) -> bool:
    """Whether the machine was quiet enough: the baseline of the best round is at most 2.5 times the worst one's."""
    return max(baselines) <= MOST_SPREAD_OF_BASELINE * min(baselines)
