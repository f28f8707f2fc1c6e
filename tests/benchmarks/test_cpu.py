"""CPU of a process and its descendants, from the kernel's books."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks import cpu

BURN = "import time\nwhile time.process_time() < 0.4: pass\n"
SAY_DONE_AND_WAIT = "print('done', flush=True)\ninput()\n"
LET_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {program!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
"""
WAIT_FOR_ITS_WORD = "child.stdout.readline()\n"


@contextmanager
def running(program: str) -> Iterator[int]:
    """Run a program that says when it is done and then waits; yield its process id at that moment."""
    with subprocess.Popen(
        [sys.executable, "-c", program + SAY_DONE_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        yield process.pid
        process.kill()


def test_a_busy_process_is_booked_with_what_it_used() -> None:
    with running(BURN) as pid:
        assert 0.38 <= cpu.seconds_of(pid) <= 1.0


def test_a_process_that_does_nothing_is_booked_with_less() -> None:
    with running("") as pid:
        assert cpu.seconds_of(pid) < 0.3


def test_a_running_child_counts() -> None:
    child = LET_A_CHILD.format(program=BURN + SAY_DONE_AND_WAIT) + WAIT_FOR_ITS_WORD
    with running(child) as pid:
        assert 0.38 <= cpu.seconds_of(pid) <= 1.0


def test_a_child_that_has_ended_still_counts() -> None:
    child = LET_A_CHILD.format(program=BURN) + "child.communicate()\n"
    with running(child) as pid:
        assert 0.38 <= cpu.seconds_of(pid) <= 1.0


def test_a_process_that_is_gone_has_used_nothing() -> None:
    with running("") as pid:
        pass
    assert cpu.seconds_of(pid) == 0


@pytest.mark.parametrize("name", ["python", "a b", "a) R 1 2 (b", ")"])
def test_a_name_may_hold_blanks_and_brackets(name: str) -> None:
    line = f"42 ({name}) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 1 0 99 1 1"
    assert cpu.parse_stat(line) == cpu.ProcessTimes(pid=42, parent=7, ticks=124)
