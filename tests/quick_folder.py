"""A folder in memory, where the machine has room for it: nobody wants the databases of tests back."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes that have to be free: a run of the tests takes up to one gigabyte for each of its processes."""


@contextmanager
def quick_folder(prefix: str) -> Iterator[Path]:
    """Yield a folder that goes with what is in it at the end of the block, those of runs that were killed before it."""
    for left in _MEMORY.glob(f"{prefix}*-*"):
        pid = left.name.removeprefix(prefix).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)
    place = _MEMORY if _has_room(_MEMORY) else None
    with TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-", dir=place) as name:
        yield Path(name)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= _ROOM
