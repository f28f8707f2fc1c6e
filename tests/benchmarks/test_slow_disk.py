"""The preloaded library compiles, and a process that has it waits for each fsync and fdatasync."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import slow_disk

MILLISECONDS = 300
PROGRAM = """
import os, sys, time
with open(sys.argv[1], "wb") as file:
    started = time.monotonic()
    getattr(os, sys.argv[2])(file.fileno())
    print(time.monotonic() - started)
"""


@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
def test_what_brings_data_to_the_disk_takes_as_long_as_it_is_told(tmp_path: Path, call: str) -> None:
    assert slow_disk.has_compiler()
    environment = {**os.environ, **slow_disk.environment(tmp_path, MILLISECONDS)}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "file"), call]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    assert float(done.stdout) >= MILLISECONDS / 1000
