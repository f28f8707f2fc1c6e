"""How much memory the processes of a kind take, looked at all the time from outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.flows.installation import Installation

LOOK_SECONDS = 0.2


@dataclass
class Memory:
    """The resident memory of the largest process of a kind, in MiB."""

    before: float = 0.0
    peak: float = 0.0
    after: float = 0.0


@contextmanager
def memory_of(ringmaster: Installation, name: str) -> Iterator[Memory]:
    """Watch the processes of this name until the end of the block."""
    memory, is_over = Memory(before=_largest(ringmaster, name)), threading.Event()

    def watch() -> None:
        while not is_over.wait(LOOK_SECONDS):
            memory.peak = max(memory.peak, _largest(ringmaster, name))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield memory
    finally:
        is_over.set()
        watcher.join()
    memory.after = _largest(ringmaster, name)
    memory.peak = max(memory.peak, memory.before, memory.after)


def _largest(ringmaster: Installation, name: str) -> float:
    return max(map(_resident, ringmaster.processes(name)))


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory")
