"""An import of users with devices at full size, in a process of its own as the scheduler's is: time, locks, memory."""

import csv
import gc
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TextIO

from app.cli.release import opened_database
from app.database import Database
from app.models.enums import ImportKind, ImportState
from app.scheduler.import_worker import ImportWorker
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.imports import jobs
from app.transaction import reading, writing
from benchmarks.lock_times import LockTimes
from config import Settings

_COLUMNS = (
    "Name", "Password", "Display Name", "Tenant", "Device 1 Display Name", "Device 1 MAC Address",
    "Device 1 Serial Number", "Device 1 IP Phone Model", "Device 1 Language", "Device 1 VLAN Mode", "Device 1 VLAN ID",
    "Device 1 VLAN Priority",
)  # fmt: skip
_PARSES = 5
_BY = "benchmark"
_AUTHOR = Author(_BY)


@dataclass(frozen=True, slots=True)
class Imported:
    """One import; times in seconds. ``bare`` is a parse of the same file, in the median of some before and after.

    ``split`` is what Python's ``csv.reader`` takes alone, which names no cell and keeps no row: a third of a parse.
    ``looking`` and ``writing`` are from the file to the rows of users and devices; ``files`` is what the phones' files
    took afterwards, None where they were not made. ``lock`` is for how long a transaction of it kept others from
    writing at most, while it looked and wrote; ``memory`` the bytes that it took at most beside what the process had.
    """

    rows: int
    bare: float
    split: float
    looking: float
    writing: float
    files: float | None
    lock: float
    memory: int

    @property
    def parses(self) -> float:
        """How many bare parses it took to look at the file and write its rows."""
        return (self.looking + self.writing) / self.bare


def write_table(path: Path, rows: int) -> None:
    """Write a table of so many users, each with a password and a device."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for number in range(rows):
            table.writerow(
                (
                    f"user{number}@sip.example.com", f"secret {number * 7919 % 1_000_003}", f"User Number {number}",
                    "Default", f"Phone {number}", f"00908f{number:06x}", f"SN{number:08}", "Audiocodes_430HD_LYNC",
                    "English", "", "0", "0",
                )
            )  # fmt: skip


def measure(settings: Settings, table: Path, *, makes_files: bool) -> Imported:
    """Import a table into an installed database, in a process of its own."""
    # Forked, it would share what the database's driver holds.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_import, settings, table, makes_files).result()


def _import(settings: Settings, table: Path, makes_files: bool) -> Imported:
    with opened_database(settings) as database:
        parses, splits = _parses(table)
        locks, worker = LockTimes(database), ImportWorker(database)
        with writing(database, ALL_TENANTS) as session:
            job_id = jobs.add(
                session,
                ImportKind.USERS,
                table.name,
                table.read_bytes(),
                author=_AUTHOR,
                now=datetime.now(UTC),
            ).id
        locks.taken.clear()
        gc.collect()  # what the preparation has left is not for the import to clear away
        before = _forget_peak()
        looking = _timed(worker.work_once)
        with writing(database, ALL_TENANTS) as session:
            jobs.confirm(session, jobs.get(session, job_id, _BY), author=_AUTHOR)
        writing_rows = _timed(worker.work_once)
        memory = _peak() - before - table.stat().st_size
        lock = locks.longest
        files = _timed(worker.work_once) if makes_files else None
        later_parses, later_splits = _parses(table)
        rows = _check(database, job_id)
    return Imported(
        rows,
        median(parses + later_parses),
        median(splits + later_splits),
        looking,
        writing_rows,
        files,
        lock,
        max(0, memory),
    )


def _check(database: Database, job_id: int) -> int:
    """Return how many rows were written; an import that failed has no figures."""
    with reading(database, ALL_TENANTS) as session:
        job = jobs.get(session, job_id, _BY)
        if job.state not in {ImportState.WRITTEN, ImportState.DONE}:
            raise RuntimeError(f"The import ended as {job.state}: {job.sentence}")
        return jobs.number_of_new(job)


def _parses(table: Path) -> tuple[list[float], list[float]]:
    """Return what some bare parses of a table took, and what it took each time to split its rows alone."""

    def read(reader: Callable[[TextIO], Iterable[object]]) -> float:
        with table.open(newline="", encoding="utf-8") as file:
            return _timed(lambda: deque(reader(file), maxlen=0))

    return [read(csv.DictReader) for _ in range(_PARSES)], [read(csv.reader) for _ in range(_PARSES)]


def _timed(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def _forget_peak() -> int:
    """Let the peak of this process's memory count from now on, and return it."""
    with suppress(PermissionError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    """Return the most memory that this process had, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024
