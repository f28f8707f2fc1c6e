"""A fuzzer that is led by what code each input reaches finds nothing in the parsers either."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.parsers import PARSERS

ROOT = Path(__file__).parent.parent.parent
SECONDS_FOR_EACH, PATIENCE_SECONDS = 6, 3000


@pytest.mark.acceptance
def test_a_fuzzer_led_by_coverage_finds_nothing_in_the_parsers(tmp_path: Path, record_property):
    command = [sys.executable, "-m", "tests.fuzzing.guided", str(SECONDS_FOR_EACH), str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcome = json.loads(done.stdout.splitlines()[-1])
    for name, (inputs, _) in outcome.items():
        record_property(name, f"{inputs:,}")
    record_property("inputs together", f"{sum(inputs for inputs, _ in outcome.values()):,}")
    assert {name: wrong for name, (_, wrong) in outcome.items() if wrong} == {}
    assert set(outcome) == {parser.name for parser in PARSERS}
    assert all(inputs for inputs, _ in outcome.values())
