"""Makes the disk of one server slow: a library that is compiled here and preloaded there."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_fsync.c")


def has_compiler() -> bool:
    """Whether there is a C compiler, without which no disk can be made slow."""
    return shutil.which("cc") is not None


def environment(folder: Path, milliseconds: int) -> Mapping[str, str]:
    """Compile the library into the folder; return what makes each fsync of a process take that much longer."""
    library = folder / "slow_fsync.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return {"LD_PRELOAD": str(library), "FSYNC_MS": str(milliseconds)}
