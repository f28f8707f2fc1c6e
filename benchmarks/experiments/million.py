"""What people wait for with a million phones on PostgreSQL (M1)."""

import os
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import func, select

from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import cpu, large_fleet, large_pages, listed_phones, screens, targets
from benchmarks.experiment import Experiment, NotMeasurableError, Outcome, Section
from benchmarks.large_pages import Taken
from benchmarks.servers import Server
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.workbench import ADMIN_PASSWORD, WEB, Workbench

KEPT_DATABASE = "BENCHMARK_MILLION_URL"
"""The variable that names a PostgreSQL database with the phones in it, or an empty one that gets them and is kept."""
_LOADS = 7
_HEADS = ("", "first, ms", "middle, ms", "95 %, ms", "web, CPU ms", "PostgreSQL, CPU ms")
_TITLE = "A million phones"
_TEXT = """\
{phones:,} phones in 20 tenants with 120 sites, as many users and devices, an alarm for each that is disconnected; one
process of the web listener, one person who loads each page once, and then {loads} times more. "Of one tenant" is an
operator who sees one of the tenants. Figures that are dear to count are kept for half a minute at most: the first load
counts them. A plus stands behind a search that was given up."""


def _run(bench: Workbench) -> Outcome:
    if bench.postgresql is None:
        raise NotMeasurableError(targets.NO_POSTGRESQL)
    url, is_there = _database(bench)
    if not is_there:
        bench.tell(f"PostgreSQL: {bench.scale.swept:,} phones for the screens")
        large_fleet.make(bench.settings(url), bench.scale.swept)
    found = list(_measure(bench, url))
    rows = [(f"{one.title}{' +' * one.is_given_up}", *_figures(one)) for one in found]
    text = _TEXT.format(phones=bench.scale.swept, loads=_LOADS)
    section = Section(_TITLE, text, as_table(_HEADS, rows))
    return Outcome([section], [Finding(targets.M1, large_pages.slowest(found))])


def _database(bench: Workbench) -> tuple[str, bool]:
    """Return the database to measure, and whether it has its phones."""
    kept = os.environ.get(KEPT_DATABASE)
    assert bench.postgresql is not None
    if not kept:
        return bench.postgresql.databases.create(), False
    with bench.opened(bench.postgresql, kept) as storage:
        return kept, listed_phones.has_phones(storage.database)


def _measure(bench: Workbench, url: str) -> Iterator[Taken]:
    assert bench.postgresql is not None
    with bench.opened(bench.postgresql, url) as storage, reading(storage.database, ALL_TENANTS) as session:
        server_pid = cpu.parent_of(session.scalars(select(func.pg_backend_pid())).one())
        pages = large_pages.addresses(session, bench.scale.swept)
    with bench.running(WEB, url) as web:
        used = partial(_used, web, server_pid)
        for account, who in ((None, ""), (large_fleet.ACCOUNT, "Of one tenant: ")):
            named = {} if account is None else {"account": account}
            signed_in = screens.signed_in(web.url, ADMIN_PASSWORD, **named)
            for title, path in pages.items():
                taken = large_pages.measure(web, signed_in, who + title, path, loads=_LOADS, used=used)
                bench.tell(f"{taken.title}: {taken.middle * 1000:,.0f} ms")
                yield taken


def _used(web: Server, server_pid: int) -> tuple[float, float]:
    return cpu.seconds_of(web.pid), cpu.seconds_of(server_pid)


def _figures(taken: Taken) -> Sequence[str]:
    seconds = (taken.first, taken.middle, taken.slow, taken.web, taken.database)
    return [f"{figure * 1000:,.0f}" for figure in seconds]


EXPERIMENT = Experiment("million", (targets.M1,), _run)
