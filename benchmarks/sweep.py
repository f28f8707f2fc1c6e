"""The sweep for silent phones at full size: `python -m benchmarks.sweep --phones 1000000` prints its figures.

What is measured is the scheduler's own chore. Its unit is one pass over the wide table, taken in the same minutes. How
long it keeps others from writing is measured twice: in the process that sweeps, from the beginning of a transaction
that writes to the end of its commit, and by another process that writes a little all the time.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.orm import Session

from app.cli.release import opened_database, release
from app.database import Database
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import all_chores
from app.scheduler.timetable import do_chore
from benchmarks import kinds
from benchmarks.kinds import Kind
from benchmarks.lock_times import LockTimes
from benchmarks.silent_fleet import SilentFleet
from benchmarks.small_writes import SmallWriter, small_writer
from config import Settings

USUAL = "0.25 % fell silent"
"""The sweep of every day, by the name that it has in the figures."""

_ROUNDS = 5
_WRITES_EVERY_SECONDS = 0.002
_KEY = "the key of a benchmark, which keeps nothing"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Swept:
    """One chore from beginning to end; all times in seconds.

    ``looking`` is the time in which it only read, ``working`` the time without the pauses. ``longest_lock`` is for how
    long it kept others from writing at most, ``longest_wait`` what the slowest of so many ``writes`` of another
    process took meanwhile.
    """

    done: int
    seconds: float
    looking: float
    working: float
    longest_lock: float
    longest_wait: float
    writes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one kind of database; ``unit`` is the seconds of a pass over the wide table.

    The sweeps are by what had befallen the phones before.
    """

    kind: str
    phones: int
    unit: float
    sweeps: Mapping[str, Swept]


def measure(phones: int, tell: Tell) -> Sequence[Figures]:
    """Measure with so many phones on SQLite, and on PostgreSQL where a server can be started."""
    with tempfile.TemporaryDirectory(prefix="ringmaster-sweep-") as name, ExitStack() as stack:
        folder = Path(name)
        found = [kinds.sqlite(folder)]
        if kinds.has_postgresql():
            found.append(stack.enter_context(kinds.postgresql()))
        return [measure_on(kind, folder, phones, tell) for kind in found]


def measure_on(kind: Kind, folder: Path, phones: int, tell: Tell) -> Figures:
    """Measure on one kind of database."""
    url = kind.databases.create()
    settings = Settings(data_dir=folder, database_url=url, secret_key=_KEY, admin_password="pass_1234")
    release(settings)
    with opened_database(settings) as database:
        tell(f"{kind.name} gets to know {phones:,} phones.")
        fleet = SilentFleet(database, phones)
        fleet.settle()
        with small_writer(url, every=_WRITES_EVERY_SECONDS) as another:
            return _measure(kind.name, fleet, _Sweeper(database, another), tell)


def as_table(figures: Sequence[Figures]) -> str:
    """Return a table in Markdown."""
    heads = (
        "",
        "phones",
        "done",
        "looking",
        "work",
        "with pauses",
        "longest lock",
        "longest wait",
        "of writes",
    )
    units = ("", "", "", "U", "U", "s", "ms", "ms", "")
    rows = [_cells(found, name, swept) for found in figures for name, swept in found.sweeps.items()]
    rule = ("---", *("---:" for _ in units[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, units, *rows))


def main() -> None:
    """Measure and print the table, and what U is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__)
    parser.add_argument("--phones", type=int, default=1_000_000)
    figures = measure(parser.parse_args().phones, print)
    units = ", ".join(f"{found.unit * 1000:,.0f} ms on {found.kind}" for found in figures)
    print(f"\n{as_table(figures)}\n\nU, one pass over the wide table, was {units}.")


class _Sweeper:
    """A scheduler that leads, and does one chore when it is told to."""

    def __init__(self, database: Database, another: SmallWriter) -> None:
        self._database = database
        self._another = another
        self._candidacy = Candidacy(database, lasts=timedelta(days=1))
        self._candidacy.stand()
        self._locks = LockTimes(database)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget earlier sweeps, as a scheduler that begins to lead."""
        self._chores = {chore.name: chore for chore in all_chores()}

    def do(self, name: str) -> Swept:
        """Do the chore of this name."""
        chore = self._chores[name]
        looking: list[float] = []

        def find(session: Session, now: datetime) -> Sequence[Any]:
            started = time.perf_counter()
            found = chore.find(session, now)
            looking.append(time.perf_counter() - started)
            return found

        self._locks.taken.clear()
        with self._another.writing() as waits:
            started = time.perf_counter()
            done = do_chore(replace(chore, find=find), self._database, self._candidacy)
            seconds = time.perf_counter() - started
        return Swept(
            done=done,
            seconds=seconds,
            looking=sum(looking),
            working=sum(looking) + sum(self._locks.taken),
            longest_lock=self._locks.longest,
            longest_wait=max(waits, default=0.0),
            writes=len(waits),
        )


def _measure(kind: str, fleet: SilentFleet, sweeper: _Sweeper, tell: Tell) -> Figures:
    units, rounds = [], []
    for _ in range(_ROUNDS):
        fleet.let_some_fall_silent()
        units.append(fleet.seconds_of_a_pass())
        sweeper.begin_anew()
        rounds.append(sweeper.do("disconnected"))
    tell(f"{kind}: all phones fall silent.")
    fleet.let_all_fall_silent()
    sweeper.begin_anew()
    sweeps = {
        USUAL: _together(rounds),
        "all fell silent": sweeper.do("disconnected"),
        "nobody, afterwards": sweeper.do("disconnected"),
    }
    sweeper.begin_anew()
    sweeps["nobody, for a new leader"] = sweeper.do("disconnected")
    fleet.let_some_never_report()
    sweeps["10 % never reported"] = sweeper.do("never reported")
    return Figures(kind, fleet.size, median(units), sweeps)


def _together(rounds: Sequence[Swept]) -> Swept:
    """Return the round in the middle, with the longest lock and the longest wait of all."""
    return replace(
        sorted(rounds, key=lambda swept: swept.working)[len(rounds) // 2],
        longest_lock=max(swept.longest_lock for swept in rounds),
        longest_wait=max(swept.longest_wait for swept in rounds),
        writes=sum(swept.writes for swept in rounds),
    )


def _cells(found: Figures, name: str, swept: Swept) -> Sequence[str]:
    return (
        f"{found.kind}: {name}",
        f"{found.phones:,}",
        f"{swept.done:,}",
        f"{swept.looking / found.unit:.2f}",
        f"{swept.working / found.unit:.2f}",
        f"{swept.seconds:,.2f}",
        f"{swept.longest_lock * 1000:,.1f}",
        f"{swept.longest_wait * 1000:,.1f}",
        f"{swept.writes:,}",
    )


if __name__ == "__main__":
    main()
