"""The search of everything against a bare Flask page with one plain SQL query (P2)."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import quote

from sqlalchemy import select

from app.database import Database
from app.models import DeviceStatus
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import bare_search, cpu, long_lists, screens, servers, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.ratios import spread
from benchmarks.servers import Server
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.variants import Storage
from benchmarks.workbench import ADMIN_PASSWORD, WEB, Workbench

_HEADS = (
    "database",
    "words",
    "bare, CPU ms",
    "suggestions, CPU ms",
    "page, CPU ms",
    "suggestions / bare",
    "page / bare",
)
_LOADS = 20
_TEXT = """\
{phones:,} phones, each with its user. The bare page looks for the words anywhere in the same tables with one SQL
query, for anybody, exact hits first; ours asks who it is and what he may list and keeps to his tenants,
and its page has the frame of all pages. Processor time of the server (of PostgreSQL as well) for one answer, the middle
of the rounds."""


def _run(bench: Workbench) -> Outcome:
    rows, worst = [], 0.0
    for kind in bench.kinds:
        for name, bare, suggestions, page in _compare(bench, kind):
            worst = max(worst, suggestions / bare, page / bare)
            figures = [f"{seconds * 1000:.1f}" for seconds in (bare, suggestions, page)]
            rows.append((kind.name, name, *figures, f"{suggestions / bare:.2f}", f"{page / bare:.2f}"))
    section = Section(
        "The search of everything", _TEXT.format(phones=bench.scale.phones), as_table(_HEADS, rows, 2)
    )
    return Outcome([section], [Finding(targets.P2, worst)])


def _compare(bench: Workbench, kind: Kind) -> Iterator[tuple[str, float, float, float]]:
    url = bench.database_url(kind, bench.seed)
    bench.tell(f"{kind.name}: searches beside a bare page")
    with ExitStack() as stack:
        web = stack.enter_context(bench.running(WEB, url))
        environment = {bare_search.DATABASE_URL: url}
        log = bench.folder / f"bare-search-{kind.name}.log"
        bare = stack.enter_context(servers.gunicorn(bare_search.APPLICATION, "gthread", log, environment))
        storage = stack.enter_context(bench.opened(kind, url))
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        for name, words in _words(storage.database, bench.scale.phones // 30).items():
            query = f"?q={quote(words)}"
            asked = (
                (bare, f"/search/{query}"),
                (web, f"/search/suggestions{query}"),
                (web, f"/search/{query}"),
            )
            rounds: list[list[float]] = [[], [], []]
            for _ in range(bench.scale.few_rounds):
                for figures, (server, address) in zip(rounds, asked, strict=True):
                    figures.append(_cpu_of(server, session, address, storage))
            middle = [spread(figures).median for figures in rounds]
            yield name, middle[0], middle[1], middle[2]


def _cpu_of(server: Server, session: str, address: str, storage: Storage) -> float:
    """Return the processor seconds of one answer, those of PostgreSQL's server included."""
    pids = [server.pid, *([storage.server_pid] if storage.server_pid else [])]
    long_lists.measure(server, session, {"": address}, loads=1)
    before = sum(map(cpu.seconds_of, pids))
    long_lists.measure(server, session, {"": address}, loads=_LOADS)
    # One more than asked for: the size is looked at first.
    return (sum(map(cpu.seconds_of, pids)) - before) / (_LOADS + 1)


def _words(database: Database, before: int) -> Mapping[str, str]:
    """Return words of the phone that stands behind so many, by what they are, and words of nobody."""
    one = (
        select(DeviceStatus)
        .where(DeviceStatus.user_name != "")
        .order_by(DeviceStatus.mac)
        .offset(before)
        .limit(1)
    )
    with reading(database, ALL_TENANTS) as session:
        phone = session.scalars(one).one()
        return {
            "beginning of a MAC": phone.mac[:9],
            "end of a MAC": phone.mac[-5:],
            "name of a user": phone.user_name,
            "part of many names": phone.user_name[-8:],
            "nobody": "nobody at all",
        }


EXPERIMENT = Experiment("search", (targets.P2,), _run)
