"""Where and with what was measured, without what only concerns who owns the machine."""

import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.postgresql import PROGRAMS

_LIBRARIES = ("gunicorn", "Flask", "Flask-AppBuilder", "SQLAlchemy", "psycopg", "msgspec")
_FSYNCS = 50


def describe() -> Mapping[str, str]:
    """Return what the figures depend on, by name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{memory:.0f} GiB",
        "Disk": f"fsync of 4 KiB takes {_fsync_seconds() * 1000:.2f} ms",
        "System": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgresql_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _fsync_seconds() -> float:
    """Return what it takes to bring a small write to the disk under the temporary folder, in the median."""
    taken = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(_FSYNCS):
            os.write(file.fileno(), bytes(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - started)
    return median(taken)


def _postgresql_version() -> str:
    programs = sorted(PROGRAMS.glob("*/bin/postgres"))
    if not programs:
        return "none, so it was not measured"
    told = subprocess.run([programs[-1], "--version"], check=True, capture_output=True, text=True).stdout
    return told.split()[2]
