"""What came of a simulation: how the phones stand, what was asked and how fast, what failed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from simulator.ledger import Ledger, Tally


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """The requests of one kind; ``errors`` were not answered as they should be, some of them tried again.

    ``reasons`` says what was wrong with how many.
    """

    count: int
    errors: int
    reasons: Mapping[str, int]
    postponed: int
    median_seconds: float | None
    p99_seconds: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """One fleet at one moment. ``failures`` names what should have worked, and how often it did not."""

    seconds: float
    phones: int
    states: Mapping[str, int]
    with_personal_file: int
    restarts: int
    requests: Mapping[str, RequestFigures]
    actions_taken: int
    actions_ignored: int
    failures: Mapping[str, int]

    @property
    def requests_per_second(self) -> float:
        """All requests over the whole time."""
        return sum(figures.count for figures in self.requests.values()) / max(self.seconds, 1e-9)

    def as_dict(self) -> dict[str, object]:
        """The figures as plain data for JSON."""
        return asdict(self) | {"requests_per_second": self.requests_per_second}

    def as_text(self) -> str:
        """The figures as a person reads them."""
        return "\n".join((*self._phone_lines(), "", *self._request_lines(), "", *self._failure_lines()))

    def _phone_lines(self) -> Sequence[str]:
        states = ", ".join(f"{count:,} {name}" for name, count in self.states.items())
        actions = f"{self.actions_taken:,} actions taken, {self.actions_ignored:,} not known"
        return (
            f"{self.phones:,} phones after {self.seconds:.1f} s: {states}",
            f"{self.with_personal_file:,} with their personal file; {self.restarts:,} restarts; {actions}",
        )

    def _request_lines(self) -> Sequence[str]:
        heading = f"{'requests':<26}{'count':>10}{'errors':>10}{'postponed':>11}{'median':>14}{'p99':>14}"
        return (heading, *(_request_line(kind, figures) for kind, figures in self.requests.items()))

    def _failure_lines(self) -> Sequence[str]:
        if not self.failures:
            return (f"nothing failed; {self.requests_per_second:,.0f} requests a second",)
        return ("failed:", *(f"{count:>8,} times {sentence}" for sentence, count in self.failures.items()))


def request_figures(ledger: Ledger) -> Mapping[str, RequestFigures]:
    """The figures of each kind that was asked at all."""
    return {kind.value: _figures(tally) for kind, tally in sorted(ledger.tallies.items())}


def _figures(tally: Tally) -> RequestFigures:
    return RequestFigures(
        count=tally.count,
        errors=tally.errors.total(),
        reasons=dict(tally.errors),
        postponed=tally.postponed,
        median_seconds=tally.durations.at(0.5),
        p99_seconds=tally.durations.at(0.99),
    )


def _request_line(kind: str, figures: RequestFigures) -> str:
    median, p99 = _milliseconds(figures.median_seconds), _milliseconds(figures.p99_seconds)
    counts = f"{figures.count:>10,}{figures.errors:>10,}{figures.postponed:>11,}"
    return f"{kind:<26}{counts}{median:>14}{p99:>14}"


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:,.1f} ms"
