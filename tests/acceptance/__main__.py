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
    exit_code = pytest.main(["-m", "acceptance", *sys.argv[1:]], plugins=[recorder])
    PAGE.write_text(as_page(recorder.results, machine.describe(), datetime.now(UTC)))
    return int(exit_code)


if __name__ == "__main__":
    sys.exit(main())
