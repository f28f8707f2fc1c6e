"""`python -m benchmarks --scale small`: every experiment, each figure borne out by its database."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import targets
from benchmarks.targets import Target

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.acceptance
@pytest.mark.postgresql
def test_a_small_run_does_every_experiment_and_finds_a_figure_for_every_target() -> None:
    command = [sys.executable, "-m", "benchmarks", "--scale", "small"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "not measured" not in done.stdout
    for target in (found for found in vars(targets).values() if isinstance(found, Target)):
        assert f"| {target.id} | {target.claim}" in done.stdout
