"""Processor time of a server, from the kernel's books: of a process and of all that descend from it."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    """One line of the books; ``ticks`` are user and system time, those of children that have ended included."""

    pid: int
    parent: int
    ticks: int


def seconds_of(root: int) -> float:
    """Return the CPU seconds that a process and its descendants have used so far.

    A descendant that was waited for is in its parent's books, so the figure never falls.
    """
    table = _read_all()
    ticks = sum(table[pid].ticks for pid in _family(root, table))
    return ticks / _TICKS_PER_SECOND


def family_of(root: int) -> list[int]:
    """Return a process, if it runs, and its descendants."""
    return _family(root, _read_all())


def parent_of(pid: int) -> int:
    """Return the process that started this one."""
    return parse_stat(Path(f"/proc/{pid}/stat").read_text()).parent


def parse_stat(text: str) -> ProcessTimes:
    """Read a line of ``/proc/<pid>/stat`` (proc(5)); the name in it may hold blanks and brackets."""
    pid, _, rest = text.partition(" ")
    fields = rest.rpartition(")")[2].split()
    return ProcessTimes(int(pid), int(fields[1]), sum(int(ticks) for ticks in fields[11:15]))


def _family(root: int, table: Mapping[int, ProcessTimes]) -> list[int]:
    children = defaultdict(list)
    for entry in table.values():
        children[entry.parent].append(entry.pid)
    family = [root] if root in table else []
    for pid in family:
        family += children[pid]
    return family


def _read_all() -> dict[int, ProcessTimes]:
    table = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            entry = parse_stat((folder / "stat").read_text())
        except (FileNotFoundError, ProcessLookupError):  # it ended while the others were read
            continue
        table[entry.pid] = entry
    return table
