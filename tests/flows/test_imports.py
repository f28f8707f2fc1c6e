"""An import whose process is killed in the middle: all of its rows or none, then it goes on; and who waits for it."""

import csv
import io
import os
import signal
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from statistics import median

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.models import ConfigFile, Device, ImportJob, ImportRow, JournalEntry, PhoneUser, Tenant
from app.models.enums import ImportKind, ImportState
from app.services.author import Author
from app.services.imports import jobs
from benchmarks import reports
from benchmarks.asks import MARK
from tests.flows.asking import ask
from tests.flows.installation import PAUSE_SECONDS, Installation, until
from tests.flows.uploading import Uploader

Record = Callable[[str, object], None]

OSCAR = Author("oscar")
COLUMNS = ("Name", "Password", "Display Name", "Tenant", "Device 1 MAC Address", "Device 1 IP Phone Model")
TEMPLATE = "Audiocodes_430HD_LYNC"
PATIENCE_SECONDS = 600.0
TRIES = 5
PHONES_THAT_REPORT = 50
PAGES = ("/dashboard/", "/devices-status/", "/import-export/")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OTHERS_WRITE_FOR_SECONDS = 1
PARSES = 5
LONGEST_WAIT_IN_PARSES = 5


@dataclass(frozen=True)
class Import:
    """An import of so many users, the first of them with phones, and what an installation has of it."""

    ringmaster: Installation
    tenant: Tenant
    id: int
    users: int
    phones: int

    @property
    def job(self) -> ImportJob:
        """The job as it is now."""
        with self.ringmaster.reading() as session:
            return session.get_one(ImportJob, self.id)

    def written(self) -> tuple[int, int]:
        """Return how many of its users and devices are there."""
        return self._count(PhoneUser), self._count(Device)

    def files(self) -> int:
        """Return how many of its phones have their file."""
        with self.ringmaster.reading() as session:
            files = (
                select(func.count()).select_from(ConfigFile).join(Device, ConfigFile.device_id == Device.id)
            )
            return session.scalar(files.where(Device.tenant_id == self.tenant.id)) or 0

    def verdicts(self) -> int:
        """Return how many rows have a verdict."""
        with self.ringmaster.reading() as session:
            kept = select(func.count()).select_from(ImportRow).where(ImportRow.job_id == self.id)
            return session.scalar(kept) or 0

    def confirm(self) -> None:
        """Let it be written."""
        with self.ringmaster.writing() as session:
            jobs.confirm(session, jobs.get(session, self.id, OSCAR.name), author=OSCAR)

    def is_checked_by_half(self) -> bool:
        """Whether some of its rows have their verdict, and others have none yet."""
        job = self.job
        return job.state is ImportState.UPLOADED and 0 < job.done < job.total

    def is_being_written(self) -> bool:
        """Whether somebody is in the transaction that writes all of it."""
        job = self.job
        return (
            job.state is ImportState.CONFIRMED
            and job.leased_until is not None
            and is_locked(self.ringmaster, job)
        )

    def is_settled_by_half(self) -> bool:
        """Whether some of its phones have their file, and others have none yet."""
        job = self.job
        return job.state is ImportState.WRITTEN and 0 < job.done < job.total

    def becomes(self, state: ImportState) -> None:
        """Wait until it is in this state."""
        until(lambda: self.job.state is state, PATIENCE_SECONDS)

    def number_of_entries(self) -> int:
        """Return how often the journal says that it was written."""
        entries = select(func.count()).select_from(JournalEntry)
        mine = entries.where(
            JournalEntry.action == "users imported", JournalEntry.tenant_id == self.tenant.id
        )
        with self.ringmaster.reading() as session:
            return session.scalar(mine) or 0

    def _count(self, model: type[PhoneUser | Device]) -> int:
        with self.ringmaster.reading() as session:
            rows = select(func.count()).select_from(model).where(model.tenant_id == self.tenant.id)
            return session.scalar(rows) or 0


def table_of(tenant: Tenant, users: int, phones: int) -> str:
    """Return a table of so many users, the first of them with phones."""
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(COLUMNS)
    for number in range(users):
        mac, template = (f"00908e{tenant.id:02x}{number:04x}", TEMPLATE) if number < phones else ("", "")
        lines.writerow((f"user{number}", f"secret{number}", f"User {number}", tenant.name, mac, template))
    return table.getvalue()


def begin(ringmaster: Installation, users: int, phones: int) -> Import:
    tenant = ringmaster.add_tenant()
    content = table_of(tenant, users, phones).encode()
    with ringmaster.writing() as session:
        job = jobs.add(session, ImportKind.USERS, "users.csv", content, author=OSCAR, now=datetime.now(UTC))
    return Import(ringmaster, tenant, job.id, users, phones)


def begin_and_check(ringmaster: Installation, users: int, phones: int) -> Import:
    found = begin(ringmaster, users, phones)
    found.becomes(ImportState.CHECKED)
    return found


def is_locked(ringmaster: Installation, job: ImportJob) -> bool:
    """Whether a transaction that goes on keeps others from writing to a job."""
    url = ringmaster.database.reader.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "", timeout=OTHERS_WRITE_FOR_SECONDS)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            return False
    with ringmaster.reading() as session:
        try:
            session.scalar(select(ImportJob.id).where(ImportJob.id == job.id).with_for_update(nowait=True))
        except OperationalError:
            return True
        return False


def kill_scheduler(found: Import, is_in_the_middle: Callable[[Import], bool]) -> bool:
    """Stop the scheduler again and again until it is in the middle of something, and kill it there.

    A process that stands still can be looked at. The answer is whether it was met before all was done.
    """
    state, pid = found.job.state, found.ringmaster.process("scheduler")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while found.job.state is state:
        assert time.monotonic() < deadline, "the scheduler never took it up"
        os.kill(pid, signal.SIGSTOP)
        if is_in_the_middle(found):
            os.kill(pid, signal.SIGKILL)
            let_lease_run_out(found)
            return True
        os.kill(pid, signal.SIGCONT)
        time.sleep(PAUSE_SECONDS)
    return False


def let_lease_run_out(found: Import) -> None:
    with found.ringmaster.writing() as session:
        session.get_one(ImportJob, found.id).leased_until = datetime.now(UTC) - timedelta(seconds=1)


def outlive_kills(ringmaster: Installation, users: int, phones: int) -> None:
    """Import while the scheduler is killed three times: as it looks at rows, as it writes them, as it makes files."""
    for _ in range(TRIES):
        found = begin(ringmaster, users, phones)
        if kill_scheduler(found, Import.is_checked_by_half):
            break
    else:
        raise AssertionError("no look was met in the middle")
    found.becomes(ImportState.CHECKED)
    assert (found.verdicts(), found.written()) == (users, (0, 0))
    for _ in range(TRIES):
        found.confirm()
        if kill_scheduler(found, Import.is_being_written):
            break
        found = begin_and_check(ringmaster, users, phones)
    else:
        raise AssertionError("no writing was met in the middle")
    assert found.written() in {(0, 0), (users, phones)}
    until(lambda: found.job.state is not ImportState.CONFIRMED, PATIENCE_SECONDS)
    assert found.written() == (users, phones)
    assert kill_scheduler(found, Import.is_settled_by_half)
    assert found.written() == (users, phones)
    found.becomes(ImportState.DONE)
    assert (found.written(), found.files()) == ((users, phones), phones)
    assert found.number_of_entries() == 1


def test_an_import_whose_process_is_killed_goes_on(ringmaster: Installation) -> None:
    outlive_kills(ringmaster, users=5_000, phones=250)


@pytest.mark.acceptance
def test_an_import_of_30000_phones_whose_process_is_killed_goes_on(ringmaster: Installation) -> None:
    outlive_kills(ringmaster, users=30_000, phones=30_000)


@pytest.mark.acceptance
def test_reports_and_pages_are_answered_during_an_import_of_30000_phones(
    ringmaster: Installation, record_property: Record
) -> None:
    somebody, said = Uploader(ringmaster), [*reports.bodies(PHONES_THAT_REPORT)]
    numbers = count()

    def report() -> None:
        number = next(numbers)
        body = said[number % len(said)].replace(MARK.encode(), f"{number:012}".encode())
        answer = ask(f"{ringmaster.phone_url}{reports.PATH}", body, **FORM)
        assert answer.status == HTTPStatus.OK

    def look() -> None:
        for page in PAGES:
            somebody.open(page)

    with timing(report) as waits, timing(look) as loads:
        found = begin_and_check(ringmaster, 30_000, 30_000)
        found.confirm()
        found.becomes(ImportState.DONE)
    parse = bare_parse(table_of(found.tenant, found.users, found.phones))
    longest = f"{max(waits) * 1000:.0f} ms, {max(waits) / parse:.1f} bare parses of its file"
    record_property("longest wait of a report", f"{longest}, of {len(waits):,} reports")
    record_property("longest load of three pages", f"{max(loads) * 1000:.0f} ms of {len(loads):,} times")
    assert max(waits) <= LONGEST_WAIT_IN_PARSES * parse


def bare_parse(table: str) -> float:
    """Return the seconds of reading a table by the names of its columns: a busy machine slows that as well."""
    taken = []
    for _ in range(PARSES):
        begun = time.perf_counter()
        deque(csv.DictReader(io.StringIO(table)), maxlen=0)
        taken.append(time.perf_counter() - begun)
    return median(taken)


@contextmanager
def timing(deed: Callable[[], None]) -> Iterator[list[float]]:
    """Do something over and over during the block, and note for how many seconds each time."""
    seconds: list[float] = []
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.is_set():
            begun = time.perf_counter()
            deed()
            seconds.append(time.perf_counter() - begun)
            is_over.wait(PAUSE_SECONDS)

    with ThreadPoolExecutor(1) as pool:
        going_on = pool.submit(go_on)
        try:
            yield seconds
        finally:
            is_over.set()
            going_on.result()
