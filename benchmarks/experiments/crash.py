"""What a crash costs (K7): SIGKILL under load loses nothing that was answered, and each answer waits for the disk."""

import asyncio
import os
import secrets
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from app.database import Database
from app.models import DeviceStatus
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import reports, syncs, targets
from benchmarks.acknowledged import Acknowledged, report_until_it_dies
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.load import Load
from benchmarks.rounds import FailedAnswersError
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.verification import DiscrepancyError
from benchmarks.workbench import PLANE, Workbench

_CONNECTIONS = 64
_SECONDS_BEFORE_THE_KILL = 2.5
_NO_STRACE = "strace is not installed"


@dataclass(frozen=True, slots=True)
class _Kill:
    """One crash: what had been answered before, and what of it was gone afterwards."""

    kind: str
    answered: int
    phones: int
    lost: int


def _run(bench: Workbench) -> Outcome:
    kills = [_kill(bench, kind) for kind in bench.kinds for _ in range(bench.scale.kills)]
    lost = Finding(targets.K7_LOST, sum(kill.lost for kill in kills))
    sections = [_section_of_kills(kills)]
    if not syncs.has_strace():
        return Outcome(sections, [lost, Finding(targets.K7_SYNCED, None, _NO_STRACE)])
    counted = {connections: _answers_and_syncs(bench, connections) for connections in (1, _CONNECTIONS)}
    answers, calls = counted[1]
    return Outcome(
        [*sections, _section_of_syncs(counted)], [lost, Finding(targets.K7_SYNCED, calls / answers)]
    )


def _kill(bench: Workbench, kind: Kind) -> _Kill:
    """Kill the plane with all its processes while phones report; raise where the database has come to harm."""
    url = bench.database_url(kind, bench.seed)
    noted = Acknowledged(secrets.token_hex(4))
    asks = list(reports.asks(bench.scale.phones))
    with bench.running(PLANE, url) as plane:
        killer = threading.Timer(_SECONDS_BEFORE_THE_KILL, os.killpg, (plane.pid, signal.SIGKILL))
        killer.start()
        asyncio.run(report_until_it_dies(plane.url, asks, _CONNECTIONS, noted))
        killer.join()
    if not noted.count:
        raise FailedAnswersError("Nothing was answered before the kill.")
    with bench.opened(kind, url) as storage:
        _check_integrity(storage.database)
        lost = noted.lost_from(_locations(storage.database))
    return _Kill(kind.name, noted.count, len(noted.laps), len(lost))


def _locations(database: Database) -> dict[str, str]:
    with reading(database, ALL_TENANTS) as session:
        return dict(session.execute(select(DeviceStatus.mac, DeviceStatus.location)).all())


def _check_integrity(database: Database) -> None:
    """Let SQLite look through its file; PostgreSQL itself was not killed."""
    with database.reader.connect() as connection:
        if connection.dialect.name == "sqlite":
            said = connection.execute(text("PRAGMA integrity_check")).scalar_one()
            if said != "ok":
                raise DiscrepancyError(f"After the kill SQLite says: {said}")


def _answers_and_syncs(bench: Workbench, connections: int) -> tuple[int, int]:
    """Return how many reports were answered, and how often the plane waited for the disk meanwhile."""
    url = bench.database_url(bench.sqlite, bench.seed)
    with bench.running(PLANE, url) as plane, syncs.counted(plane.pid, bench.folder / "strace.log") as count:
        load = Load(plane.url, connections, bench.scale.seconds, bench.changing.script())
        answers = bench.generator.send(load)
    if answers.failures:
        raise FailedAnswersError(f"{answers.failures} requests failed under strace.")
    return answers.count, count.calls


def _section_of_kills(kills: Sequence[_Kill]) -> Section:
    return Section(
        "SIGKILL under load",
        f"The plane and all its processes are killed after {_SECONDS_BEFORE_THE_KILL} s under {_CONNECTIONS} "
        "connections, all changed.\nAfterwards every answered report has to be in the database, and SQLite's "
        "integrity_check has to say ok.",
        as_table(("", "answered", "phones", "lost"), list(_rows(kills))),
    )


def _rows(kills: Sequence[_Kill]) -> Iterator[tuple[str, ...]]:
    for kill in kills:
        yield kill.kind, f"{kill.answered:,}", f"{kill.phones:,}", f"{kill.lost:,}"
    answered, lost = sum(kill.answered for kill in kills), sum(kill.lost for kill in kills)
    yield "all", f"{answered:,}", "", f"{lost:,}"


def _section_of_syncs(counted: dict[int, tuple[int, int]]) -> Section:
    rows = [
        (f"{connections}", f"{answers:,}", f"{calls:,}", f"{answers / max(calls, 1):.1f}")
        for connections, (answers, calls) in counted.items()
    ]
    return Section(
        "Waiting for the disk",
        "SQLite, all changed, under strace: how often the plane called fsync or fdatasync. Asked one at a time, each "
        "report\nis a commit of its own and has to have at least one; at many connections, reports share a commit.",
        as_table(("connections", "answered", "fsync, fdatasync", "answers for each"), rows),
    )


EXPERIMENT = Experiment("crash", (targets.K7_LOST, targets.K7_SYNCED), _run)
