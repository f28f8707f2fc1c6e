"""What a process brings to its disk is counted by strace while a block runs."""

import subprocess
import sys
from pathlib import Path

from benchmarks import syncs

SUMMARY = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 98.00    0.049132         909        54           fdatasync
  2.00    0.001132         100        11         2 fsync
------ ----------- ----------- --------- --------- ----------------
100.00    0.050264         773        65         2 total
"""
SYNC_ON_DEMAND = """
import os, sys
with open(sys.argv[1], "wb") as file:
    for line in sys.stdin:
        getattr(os, line.strip())(file.fileno())
        print("done", flush=True)
"""


def test_both_calls_are_counted_and_their_total_is_not_counted_again() -> None:
    assert syncs.parse_summary(SUMMARY) == 65


def test_no_call_is_no_row() -> None:
    assert syncs.parse_summary("") == 0


def test_only_what_happens_within_the_block_is_counted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SYNC_ON_DEMAND, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        demand(process, "fsync")
        with syncs.counted(process.pid, tmp_path / "log") as count:
            for call in ("fsync", "fdatasync", "fdatasync"):
                demand(process, call)
        demand(process, "fsync")
        process.communicate()
    assert count.calls == 3


def demand(process: subprocess.Popen[str], call: str) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{call}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"
