"""An import of users with devices (I1): against a bare parse of its file, and what people and phones notice of it."""

import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event

from app.cli.release import release
from benchmarks import imports, screens, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.imports import Imported
from benchmarks.kinds import POSTGRESQL, SQLITE, Kind
from benchmarks.small_writes import small_writer
from benchmarks.tables import as_table
from benchmarks.targets import NO_POSTGRESQL, Finding, Target
from benchmarks.workbench import ADMIN_PASSWORD, WEB, Workbench

_WRITES_EVERY_SECONDS = 0.01
_PAUSE_SECONDS = 0.05
_HEADS = (
    "", "rows", "bare parse", "split alone", "looking", "writing", "together", "files", "longest lock", "longest write",
    "slowest page", "memory",
)  # fmt: skip
_UNITS = ("", "", "ms", "ms", "s", "s", "parses", "s", "ms", "ms", "ms", "MB")


@dataclass(frozen=True, slots=True)
class _Figures:
    """What was measured on one kind of database; times in seconds.

    ``files`` is what the phones' files took. ``longest_write`` is the slowest small write of another process until the
    last of these was made, ``slowest_page`` that of the pages that somebody loaded one after the other meanwhile.
    """

    rounds: Sequence[Imported]
    files: float
    longest_write: float
    slowest_page: float

    @property
    def usual(self) -> Imported:
        """The round in the middle."""
        return sorted(self.rounds, key=lambda each: each.parses)[len(self.rounds) // 2]


def _run(bench: Workbench) -> Outcome:
    table = bench.folder / "users.csv"
    imports.write_table(table, bench.scale.phones)
    measured = {kind.name: _measure(bench, kind, table) for kind in bench.kinds}
    return Outcome([_section(measured)], _findings(measured))


def _measure(bench: Workbench, kind: Kind, table: Path) -> _Figures:
    bench.tell(f"{kind.name}: {bench.scale.phones:,} users are imported.")
    first, longest_write, slowest_page = _measure_in_use(bench, kind, table)
    rounds = [_import(bench, _installed(bench, kind), table) for _ in range(bench.scale.few_rounds)]
    return _Figures(rounds, first.files or 0.0, longest_write, slowest_page)


def _measure_in_use(bench: Workbench, kind: Kind, table: Path) -> tuple[Imported, float, float]:
    """Import while somebody loads pages and another process writes a little all the time."""
    url = _installed(bench, kind)
    with bench.running(WEB, url) as web, small_writer(url, every=_WRITES_EVERY_SECONDS) as another:
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        with another.writing() as waits, _loading(web.url, session) as pages:
            found = _import(bench, url, table, makes_files=True)
    return found, max(waits, default=0.0), max(pages, default=0.0)


def _installed(bench: Workbench, kind: Kind) -> str:
    url = kind.databases.create()
    release(bench.settings(url))
    return url


def _import(bench: Workbench, url: str, table: Path, *, makes_files: bool = False) -> Imported:
    return imports.measure(bench.settings(url), table, makes_files=makes_files)


@contextmanager
def _loading(url: str, session: str) -> Iterator[list[float]]:
    """Load pages one after the other during the block; the list has the seconds that each took."""
    seconds: list[float] = []
    is_over = Event()
    name, _, value = session.partition(": ")

    def load() -> None:
        while not is_over.wait(_PAUSE_SECONDS):
            for page in (*screens.PAGES, "/import-export/"):
                started = time.perf_counter()
                with urllib.request.urlopen(
                    urllib.request.Request(url + page, headers={name: value})
                ) as answer:
                    answer.read()
                seconds.append(time.perf_counter() - started)

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        try:
            yield seconds
        finally:
            is_over.set()
            loading.result()


def _findings(measured: Mapping[str, _Figures]) -> list[Finding]:
    memory = max(each.memory for figures in measured.values() for each in figures.rounds)
    return [
        _finding(targets.I1_SQLITE, measured.get(SQLITE)),
        _finding(targets.I1_POSTGRESQL, measured.get(POSTGRESQL)),
        Finding(targets.I1_MEMORY, memory / 1_000_000),
    ]


def _finding(target: Target, figures: _Figures | None) -> Finding:
    if figures is None:
        return Finding(target, None, NO_POSTGRESQL)
    return Finding(target, median(each.parses for each in figures.rounds))


def _section(measured: Mapping[str, _Figures]) -> Section:
    text = """\
A table of users, each with a password and a device, is imported by the scheduler's worker. A bare parse reads the same
file by the names of its columns (`csv.DictReader`) and does nothing with it, in the same process and minute; what
`csv.reader` takes to split the rows alone stands beside it. Looking is from the file to a
verdict for each row, writing is the one transaction that adds all users and devices; the phones' files are made
afterwards, a hundred in a transaction. The longest lock is for how long a transaction of looking or writing kept
others from writing. In a round of its own another process wrote a little all the time and somebody loaded pages, one
after the other, until the last file was made: the longest write and the slowest page are theirs."""
    rows = [_UNITS, *(_cells(name, figures) for name, figures in measured.items())]
    return Section("An import of users with devices", text, as_table(_HEADS, rows))


def _cells(name: str, figures: _Figures) -> Sequence[str]:
    usual = figures.usual
    return (
        name,
        f"{usual.rows:,}",
        f"{usual.bare * 1000:,.0f}",
        f"{usual.split * 1000:,.0f}",
        f"{usual.looking:.2f}",
        f"{usual.writing:.2f}",
        f"{usual.parses:.1f}",
        f"{figures.files:.1f}",
        f"{max(each.lock for each in figures.rounds) * 1000:,.0f}",
        f"{figures.longest_write * 1000:,.0f}",
        f"{figures.slowest_page * 1000:,.0f}",
        f"{max(each.memory for each in figures.rounds) / 1_000_000:.0f}",
    )


EXPERIMENT = Experiment("imports", (targets.I1_SQLITE, targets.I1_POSTGRESQL, targets.I1_MEMORY), _run)
