"""`python -m tests.acceptance`: runs what is marked acceptance, or some files of it, and writes docs/acceptance.md."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import machine
from tests.acceptance import record
from tests.acceptance.page import as_page
from tests.acceptance.recorder import Recorder

# A test of a whole fleet takes longer than any that pyproject.toml has in mind.
HANGS_AFTER_SECONDS = 3600
OPTIONS = ["-m", "acceptance", "-o", f"faulthandler_timeout={HANGS_AFTER_SECONDS}"]
ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "acceptance.md"
RECORD = ROOT / "docs" / "acceptance.json"


def main() -> int:
    """Run the tests, write record and page, and return pytest's exit code."""
    recorder, commit = Recorder(), _commit()
    try:
        return int(pytest.main([*OPTIONS, *sys.argv[1:]], plugins=[recorder]))
    finally:  # a run that breaks off has a page, too: what did not hold stands in it
        entries = record.merged(record.read(RECORD), recorder.results, datetime.now(UTC), commit)
        record.write(RECORD, entries)
        PAGE.write_text(as_page(entries, machine.describe()))


def _commit() -> str:
    """Return the commit whose tests are run; a tree that is none any more says so."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return described.stdout.strip() or "no commit"


if __name__ == "__main__":
    sys.exit(main())
