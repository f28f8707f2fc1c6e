"""Dashboard and Network Topology beside a bare Flask page with the one plain query that each needs (O1, O2)."""

import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import cpu, placed, plain_page, screens, servers, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.servers import Server
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.workbench import ADMIN_PASSWORD, WEB, Workbench

_LOADS = 15
_PAGES = {
    "Dashboard": ("/dashboard/", "dashboard"),
    "Dashboard, what it keeps fresh": ("/dashboard/figures", "dashboard"),
    "Network Topology": ("/topology/", "topology"),
    "Network Topology, a tenant": ("/topology/?tenant=Hooli", "topology"),
    "Network Topology, by external addresses": ("/topology/?by=external&tenant=Hooli", "topology"),
}
_TITLE = "Dashboard and Network Topology"
_TEXT = """\
{phones:,} phones in ten tenants, signed in as an administrator who sees them all. Pages are loaded by turns with a bare
Flask page under the same gunicorn that runs one plain query and shows 50 of its rows. CPU is that of the listener and
of the database server together; the ratio is that of the times, in the middle of {loads} loads."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A page and the plain one: milliseconds in the middle, and the processor time of each in the mean."""

    title: str
    own: float
    plain: float
    own_cpu: float
    plain_cpu: float

    @property
    def ratio(self) -> float:
        """How many times as long the page takes."""
        return self.own / self.plain


def _run(bench: Workbench) -> Outcome:
    found = {kind.name: _measure(bench, kind) for kind in bench.kinds}
    rows = [
        (
            f"{kind}: {one.title}",
            *(f"{figure * 1000:,.0f}" for figure in (one.own, one.plain, one.own_cpu, one.plain_cpu)),
            f"{one.ratio:.2f}",
        )
        for kind, compared in found.items()
        for one in compared
    ]
    heads = ("", "ms", "plain, ms", "CPU ms", "plain, CPU ms", "ratio")
    text = _TEXT.format(phones=bench.scale.phones, loads=_LOADS)
    worst = {
        title: max(one.ratio for compared in found.values() for one in compared if one.title == title)
        for title in ("Dashboard", "Network Topology")
    }
    findings = [Finding(targets.O1, worst["Dashboard"]), Finding(targets.O2, worst["Network Topology"])]
    return Outcome([Section(_TITLE, text, as_table(heads, rows))], findings)


def _measure(bench: Workbench, kind: Kind) -> Sequence[Compared]:
    url = bench.database_url(kind, bench.seed)
    with bench.opened(kind, url) as storage:
        placed.spread(storage.database)
    environment = {plain_page.DATABASE_URL: url}
    with (
        bench.running(WEB, url) as web,
        servers.gunicorn(
            plain_page.APPLICATION, "gthread", bench.folder / f"plain-{kind.name}.log", environment
        ) as plain,
    ):
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        return [_compare(kind, web, plain, session, title, *pages) for title, pages in _PAGES.items()]


def _compare(
    kind: Kind, web: Server, plain: Server, session: str, title: str, path: str, query: str
) -> Compared:
    name, _, value = session.partition(": ")
    own = urllib.request.Request(web.url + path, headers={name: value})
    other = urllib.request.Request(f"{plain.url}/?query={query}")
    taken: dict[str, list[float]] = {"own": [], "plain": []}
    used = {"own": 0.0, "plain": 0.0}
    for asked in (own, other):
        _load(asked)  # the first loads prepare statements and fill caches
    for _ in range(_LOADS):
        for which, server, asked in (("own", web, own), ("plain", plain, other)):
            before, begun = _cpu(kind, server), time.perf_counter()
            _load(asked)
            taken[which].append(time.perf_counter() - begun)
            used[which] += _cpu(kind, server) - before
    return Compared(
        title, median(taken["own"]), median(taken["plain"]), used["own"] / _LOADS, used["plain"] / _LOADS
    )


def _cpu(kind: Kind, server: Server) -> float:
    return cpu.seconds_of(server.pid) + (cpu.seconds_of(kind.server_pid) if kind.server_pid else 0.0)


def _load(asked: urllib.request.Request) -> None:
    with urllib.request.urlopen(asked) as answer:
        answer.read()


EXPERIMENT = Experiment("overviews", (targets.O1, targets.O2), _run)
