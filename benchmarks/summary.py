"""What several rounds of several variants say together, in units of the baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.ratios import Spread, ratios, spread
from benchmarks.rounds import Slice
from benchmarks.tables import as_table
from benchmarks.variants import Variant

_HEADS = ("", "rate / B", "rate", "CPU / B", "CPU", "database CPU", "p50", "p99")
_UNITS = ("", "median (least to most)", "1/s", "median (least to most)", "µs each", "µs each", "ms", "ms")


@dataclass(frozen=True, slots=True)
class Line:
    """One variant over all rounds; ``rate``, ``cpu`` and ``lateness`` (of p99) in units of the baseline.

    CPU in seconds an answer, latencies in seconds.
    """

    name: str
    rate: Spread
    per_second: float
    cpu: Spread
    cpu_each: float
    database_cpu_each: float
    p50: float
    p99: float
    lateness: Spread


def lines(variants: Sequence[Variant], slices: Sequence[Sequence[Slice]]) -> Mapping[str, Line]:
    """Sum up the slices of each variant, by its name; the first one is the baseline."""
    summed_up = (_line(one.name, taken, slices[0]) for one, taken in zip(variants, slices, strict=True))
    return {line.name: line for line in summed_up}


def rates(slices: Sequence[Slice]) -> list[float]:
    """Return the answers per second in each round."""
    return [taken.answers.per_second for taken in slices]


def table(found: Mapping[str, Line]) -> str:
    """Return a line for each variant."""
    return as_table(_HEADS, [_UNITS, *(_cells(line) for line in found.values())])


def shown(found: Spread) -> str:
    """Return the median, and between brackets how far the rounds lie apart."""
    return f"{found.median:.2f} ({found.least:.2f} to {found.most:.2f})"


def _line(name: str, taken: Sequence[Slice], baseline: Sequence[Slice]) -> Line:
    costs = [one.cpu_each for one in taken]
    latest = [one.answers.p99 for one in taken]
    return Line(
        name=name,
        rate=ratios(rates(taken), rates(baseline)),
        per_second=spread(rates(taken)).median,
        cpu=ratios(costs, [one.cpu_each for one in baseline]),
        cpu_each=spread(costs).median,
        database_cpu_each=spread([one.database_cpu_each for one in taken]).median,
        p50=spread([one.answers.p50 for one in taken]).median,
        p99=spread(latest).median,
        lateness=ratios(latest, [one.answers.p99 for one in baseline]),
    )


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        shown(line.rate),
        f"{line.per_second:,.0f}",
        shown(line.cpu),
        f"{line.cpu_each * 1e6:,.0f}",
        f"{line.database_cpu_each * 1e6:,.0f}" if line.database_cpu_each else "",
        f"{line.p50 * 1000:,.1f}",
        f"{line.p99 * 1000:,.1f}",
    )
