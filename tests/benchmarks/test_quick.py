"""`python -m benchmarks --quick`: all doors, both kinds of database, each figure borne out by its database."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.acceptance
@pytest.mark.postgresql
def test_the_quick_benchmark_measures_both_doors_on_both_kinds_of_database() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for door in ("phone plane", "web listener"):
        for kind in ("SQLite", "PostgreSQL"):
            assert f"{door}, {kind}, all changed" in done.stdout
            assert f"{door}, {kind}, nothing changed" in done.stdout
