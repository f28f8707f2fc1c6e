"""`python -m benchmarks` measures, prints tables and writes docs/benchmarks.md."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, report, reports, variants
from benchmarks.load import Wrk, has_wrk
from benchmarks.plain_client import PlainClient
from benchmarks.report import Measured, Results
from benchmarks.rounds import Measuring, Plan

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_FULL = Plan(rounds=5, seconds=2, connections=64, phones=30_000)
_LOW = Plan(rounds=2, seconds=1, connections=4, phones=30_000)
_QUICK = Plan(rounds=1, seconds=1, connections=16, phones=1_000)


def main() -> int:
    """Measure; 1 when the machine was too busy for the figures to mean anything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, to see that it works; writes no page")
    is_quick = parser.parse_args().quick
    results = measure([_QUICK], warms_up=False) if is_quick else measure([_FULL, _LOW])
    print(*(report.as_table(measured.lines) for measured in results.measured), sep="\n\n")
    if is_quick:
        return 0
    _PAGE.write_text(report.as_page(results, machine.describe(), datetime.now(UTC)))
    return 0 if results.is_steady else 1


def measure(plans: Sequence[Plan], *, warms_up: bool = True) -> Results:
    """Measure all variants by each plan, and the ceiling of the generator by the first."""
    with tempfile.TemporaryDirectory(prefix="ringmaster-benchmark-") as name:
        folder, first = Path(name), plans[0]
        bodies = folder / "bodies"
        reports.write_bodies(bodies, first.phones)
        measuring = Measuring(Wrk() if has_wrk() else PlainClient(), bodies, _tell)
        with variants.ceiling(folder) as fastest:
            ceiling = measuring.slice(fastest, first).answers.per_second
        _tell(f"{measuring.generator.name} sends up to {ceiling:,.0f} requests a second; the servers start")
        with variants.running(folder, first.phones) as subjects:
            if warms_up:
                measuring.warm_up(subjects, first)
            slices = [measuring.measure(subjects, plan) for plan in plans]
    names = [subject.name for subject in subjects]
    return Results(
        measured=[
            Measured(plan, report.lines(names, taken)) for plan, taken in zip(plans, slices, strict=True)
        ],
        is_steady=report.is_steady_throughout(slices[0]),
        generator=measuring.generator.name,
        ceiling=ceiling,
    )


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
