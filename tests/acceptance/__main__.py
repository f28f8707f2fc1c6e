"""`python -m tests.acceptance`: runs what is marked acceptance and writes docs/acceptance.md."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import machine
from tests.acceptance.page import as_page
from tests.acceptance.recorder import Recorder

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "acceptance.md"


def main() -> int:
    """Run the tests, write the page, and return pytest's exit code."""
    recorder = Recorder()
    try:
        return int(pytest.main(["-m", "acceptance", *sys.argv[1:]], plugins=[recorder]))
    finally:  # a run that breaks off has a page, too: what did not hold stands in it
        PAGE.write_text(as_page(recorder.results, machine.describe(), datetime.now(UTC)))


if __name__ == "__main__":
    sys.exit(main())
