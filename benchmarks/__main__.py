"""`python -m benchmarks` measures, prints each table as it is done, and writes docs/benchmarks.md when it did all."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import catalogue, machine, page, session, workbench
from benchmarks.experiment import Outcome
from benchmarks.load import Generator, Wrk, has_wrk
from benchmarks.plain_client import PlainClient
from benchmarks.scale import DAILY, FULL, SMALL

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_SCALES = {"full": FULL, "daily": DAILY, "small": SMALL}


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 when figures are missing or mean nothing, 2 for a word that names no experiment."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "experiments", nargs="*", help="names, or ids of targets such as K1; all when none is given"
    )
    parser.add_argument("--scale", choices=_SCALES, default="full", help="how much is measured")
    chosen = parser.parse_args(arguments)
    try:
        experiments = catalogue.chosen(chosen.experiments)
    except catalogue.UnknownExperimentError as error:
        parser.error(str(error))
    generator: Generator = Wrk() if has_wrk() else PlainClient()
    scale = _SCALES[chosen.scale]
    with workbench.opened(scale, generator, _tell) as bench:
        ceiling = bench.ceiling()
        _tell(f"{generator.name} sends up to {ceiling:,.0f} requests a second")
        results = session.run(experiments, bench, _show)
    print(page.targets_table(results.findings))
    if scale is FULL and not chosen.experiments:
        text = page.as_page(
            results, machine.describe(), datetime.now(UTC), generator=generator.name, ceiling=ceiling
        )
        _PAGE.write_text(text)
    return 0 if results.are_sound else 1


def _show(outcome: Outcome) -> None:
    print(*outcome.sections, sep="\n\n", end="\n\n", flush=True)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
