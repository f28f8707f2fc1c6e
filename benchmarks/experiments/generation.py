"""Generate for the whole fleet (C2), and what rendering alone costs (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.cli.release import opened_database
from app.database import Database
from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.generating import generate_all, seconds_to_render
from benchmarks.kinds import POSTGRESQL, SQLITE, Kind
from benchmarks.ratios import Spread, ratios, spread
from benchmarks.rounds import Plan, Slice
from benchmarks.summary import rates, shown
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.verification import DiscrepancyError
from benchmarks.workbench import Workbench

_CONNECTIONS = 64
_MOST_ROUNDS = 2
_IS_PHONES = ConfigFile.kind == FileKind.PHONE
# SQLite takes one writer at a time, so a second process would wait.
_CASES = ((SQLITE, 1), (POSTGRESQL, 1), (POSTGRESQL, 2))


@dataclass(frozen=True, slots=True)
class _Generated:
    """Generate on one kind of database in so many processes, in each round: seconds, and in units of B's time.

    ``again`` is the same once more, when all files are what they have to be, so that nothing is written.
    """

    kind: str
    processes: int
    seconds: Spread
    share: Spread
    again: Spread
    share_again: Spread


def _run(bench: Workbench) -> Outcome:
    kinds = {kind.name: kind for kind in bench.kinds}
    cases = [(kinds[name], processes) for name, processes in _CASES if name in kinds]
    baseline: list[Slice] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in cases]
    for _ in range(min(bench.scale.rounds, _MOST_ROUNDS)):
        ((slice_of_b,),) = bench.measure([bench.baseline], Plan(1, bench.scale.seconds, _CONNECTIONS))
        baseline.append(slice_of_b)
        for (kind, processes), seconds in zip(cases, taken, strict=True):
            seconds.append(_seconds_to_generate(bench, kind, processes))
    # What B needs for as many answers as there are files.
    needed = [bench.scale.phones / rate for rate in rates(baseline)]
    found = [
        _generated(kind, processes, seconds, needed)
        for (kind, processes), seconds in zip(cases, taken, strict=True)
    ]
    rendering = _seconds_to_render(bench)
    cost = spread([one.cpu_each for one in baseline]).median
    return Outcome(
        [_section(bench, found, rendering)],
        [_share(found), _speedup(found), Finding(targets.C3, rendering / cost)],
        rates(baseline),
    )


def _generated(
    kind: Kind, processes: int, taken: Sequence[tuple[float, float]], needed: Sequence[float]
) -> _Generated:
    first, again = ([seconds[place] for seconds in taken] for place in (0, 1))
    return _Generated(
        kind.name, processes, spread(first), ratios(first, needed), spread(again), ratios(again, needed)
    )


def _seconds_to_generate(bench: Workbench, kind: Kind, processes: int) -> tuple[float, float]:
    """Generate all files in a database of their own, check that they are there, and do it again."""
    url = bench.database_url(kind, bench.seed_with_files)
    bench.tell(f"{kind.name}: files of {bench.scale.phones:,} phones in {processes} processes")
    with bench.opened(kind, url) as storage:
        copied = _tags(storage.database)
        began_at = datetime.now(UTC)
        seconds = generate_all(bench.settings(url), processes)
        _check(storage.database, began_at, copied)
    return seconds, generate_all(bench.settings(url), processes)


def _tags(database: Database) -> Sequence[str]:
    """Return the ETags of the phones' files, each once: before they are generated those of some copies."""
    with reading(database, ALL_TENANTS) as session:
        return session.scalars(select(ConfigFile.etag).where(_IS_PHONES).distinct()).all()


def _check(database: Database, began_at: datetime, copied: Sequence[str]) -> None:
    """Check that all files were written but those that were right before."""
    written = select(func.count()).where(_IS_PHONES, ConfigFile.generated_at >= began_at)
    others = select(func.count()).where(_IS_PHONES, ConfigFile.etag.not_in(copied))
    with reading(database, ALL_TENANTS) as session:
        found, expected = session.scalar(written), session.scalar(others)
    if not found or found != expected:
        raise DiscrepancyError(f"{found} files were written, and {expected} are others than before.")


def _seconds_to_render(bench: Workbench) -> float:
    url = bench.database_url(bench.sqlite, bench.seed_with_files)
    with opened_database(bench.settings(url)) as database:
        return seconds_to_render(database)


def _share(found: Sequence[_Generated]) -> Finding:
    (alone,) = (one for one in found if (one.kind, one.processes) == (SQLITE, 1))
    return Finding(targets.C2_SHARE, alone.share_again.median)


def _speedup(found: Sequence[_Generated]) -> Finding:
    seconds = {(one.kind, one.processes): one.seconds.median for one in found}
    if (POSTGRESQL, 2) not in seconds:
        return Finding(targets.C2_SPEEDUP, None, targets.NO_POSTGRESQL)
    return Finding(targets.C2_SPEEDUP, seconds[POSTGRESQL, 1] / seconds[POSTGRESQL, 2])


def _section(bench: Workbench, found: Sequence[_Generated], rendering: float) -> Section:
    heads = ("", "processes", "seconds", "files/s", "time / B's time", "again: seconds", "again / B's time")
    rows = [
        (
            one.kind,
            f"{one.processes}",
            f"{one.seconds.median:.1f}",
            f"{bench.scale.phones / one.seconds.median:,.0f}",
            shown(one.share),
            f"{one.again.median:.1f}",
            shown(one.share_again),
        )
        for one in found
    ]
    text = f"""\
For each of {bench.scale.phones:,} phones all that a file of 10 KB is made of is read, the file rendered, compressed,
encrypted and stored with its ETag. Again is the same once more: all is read and rendered, the ETag says that the stored
file is right, and nothing is written. B's time is what it needs for as many answers. Rendering alone takes
{rendering * 1e6:,.0f} µs a file."""
    return Section("Generate for the whole fleet", text, as_table(heads, rows))


EXPERIMENT = Experiment("generation", (targets.C2_SHARE, targets.C2_SPEEDUP, targets.C3), _run)
