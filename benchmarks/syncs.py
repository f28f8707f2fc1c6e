"""Counts what a server brings to its disk, with strace: a commit that nobody waited for is no commit."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cpu

_CALLS = ("fsync", "fdatasync")
_ATTACHES_WITHIN_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


@dataclass
class Count:
    """How many calls there were; known after the block."""

    calls: int = 0


def has_strace() -> bool:
    """Whether strace is installed."""
    return shutil.which("strace") is not None


@contextmanager
def counted(pid: int, log: Path) -> Iterator[Count]:
    """Count the calls of a process and its descendants while the block runs."""
    count, family = Count(), cpu.family_of(pid)
    attach = [option for one in family for option in ("-p", str(one))]
    command = ["strace", "-f", "-c", "-e", f"trace={','.join(_CALLS)}", "-o", str(log), *attach]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as strace:
        for one in family:
            _wait_until_traced(one)
        yield count
        strace.send_signal(signal.SIGINT)
    count.calls = parse_summary(log.read_text())


def parse_summary(text: str) -> int:
    """Return how many calls the table of `strace -c` counts."""
    rows = (line.split() for line in text.splitlines())
    return sum(int(row[3]) for row in rows if row and row[-1] in _CALLS)


def _wait_until_traced(pid: int) -> None:
    deadline = time.monotonic() + _ATTACHES_WITHIN_SECONDS
    while "TracerPid:\t0\n" in Path("/proc", str(pid), "status").read_text():
        if time.monotonic() > deadline:
            raise RuntimeError("strace could not attach to the server: is tracing of processes allowed here?")
        time.sleep(_PAUSE_SECONDS)
