"""`python -m tests.acceptance`: runs what is marked acceptance and writes docs/acceptance.md."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import machine
from tests.acceptance.page import as_page
from tests.acceptance.recorder import Recorder

# A test of a whole fleet takes longer than any that pyproject.toml has in mind.
HANGS_AFTER_SECONDS = 3600
OPTIONS = ["-m", "acceptance", "-o", f"faulthandler_timeout={HANGS_AFTER_SECONDS}"]
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "acceptance.md"


def main() -> int:
    """Run the tests, write the page, and return pytest's exit code."""
    recorder = Recorder()
    try:
        return int(pytest.main([*OPTIONS, *sys.argv[1:]], plugins=[recorder]))
    finally:  # a run that breaks off has a page, too: what did not hold stands in it
        PAGE.write_text(as_page(recorder.results, machine.describe(), datetime.now(UTC)))


if __name__ == "__main__":
    sys.exit(main())
