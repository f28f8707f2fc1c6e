"""Keep-alives while people use the screens (K8), in a process of their own; and what pages with long lists take."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from app.cli.release import opened_database, release
from benchmarks import bare_list, listed_phones, long_lists, phone_list, screens, servers, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.load import Answers, Load, Script
from benchmarks.long_lists import PageLoad
from benchmarks.phone_list import Compared
from benchmarks.ratios import ratios
from benchmarks.rounds import Plan
from benchmarks.summary import lines, rates, table
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.variants import Variant
from benchmarks.workbench import ADMIN_PASSWORD, PLANE, WEB, Workbench

_CONNECTIONS = 64
_CLIENTS = 4
_ALONE, _IN_USE = "plane, alone", f"plane, {_CLIENTS} clients at the screens"
_TITLE = "Keep-alives while people use the screens"
_LISTS_TITLE = "Pages with long lists"
_LISTS_TEXT = """\
{phones:,} users with a phone each, and an operation on all of these phones. Each page is loaded again and again by one
client: processor time of the server for one load, the time until it was there, and its size unpacked."""
_PHONES_TITLE = "Devices Status"
_PHONES_TEXT = """\
{phones:,} phones in 20 tenants. The list, and words in it, in turns with a bare Flask page that runs the one plain
query for the same 50 rows and writes them as a table."""


def _run(bench: Workbench) -> Outcome:
    loaded: list[Answers] = []
    with ExitStack() as stack:
        url = bench.database_url(bench.sqlite, bench.seed)
        plane = stack.enter_context(bench.running(PLANE, url))
        web = stack.enter_context(bench.running(WEB, url))
        storage = stack.enter_context(bench.opened(bench.sqlite, url))
        pages = _pages(bench, web.url)
        variants = [
            bench.baseline,
            Variant(_ALONE, plane, bench.changing, storage),
            Variant(
                _IN_USE,
                plane,
                bench.changing,
                storage,
                meanwhile=partial(screens.loading, bench.generator, pages, loaded),
            ),
        ]
        slices = bench.measure(variants, Plan(bench.scale.rounds, bench.scale.seconds, _CONNECTIONS))
    _, alone, in_use = slices
    return Outcome(
        [
            Section(_TITLE, _text(loaded), table(lines(variants, slices))),
            _long_lists(bench),
            _phone_list(bench),
        ],
        [Finding(targets.K8, ratios(rates(in_use), rates(alone)).median)],
        rates(slices[0]),
    )


def _pages(bench: Workbench, url: str) -> Load:
    """Sign in, and return the load of people who go from page to page a little longer than phones are measured."""
    session = screens.signed_in(url, ADMIN_PASSWORD)
    file = bench.lay_down(screens.page_loads(session))
    script = Script(file, 0, "", change_each_lap=False)
    return Load(url, _CLIENTS, bench.scale.seconds + 1, script)


def _text(loaded: list[Answers]) -> str:
    pages = sum(answers.count for answers in loaded) / sum(answers.seconds for answers in loaded)
    latest = max(answers.p99 for answers in loaded)
    return f"""\
SQLite, all changed. {_CLIENTS} signed-in clients load Devices Status and the dashboard as fast as they get them:
{pages:,.0f} pages a second, the slowest in a hundred within {latest * 1000:,.0f} ms."""


def _long_lists(bench: Workbench) -> Section:
    found = {kind.name: _measure_lists(bench, kind) for kind in bench.kinds}
    rows = [
        (
            loads[0].title,
            *(f"{figure * 1000:,.0f}" for load in loads for figure in (load.cpu, load.time)),
            f"{loads[0].size / 1000:,.0f}",
        )
        for loads in zip(*found.values(), strict=True)
    ]
    heads = ("", *(f"{name}, {what}" for name in found for what in ("CPU ms", "ms")), "KB")
    return Section(_LISTS_TITLE, _LISTS_TEXT.format(phones=bench.scale.phones), as_table(heads, rows))


def _phone_list(bench: Workbench) -> Section:
    rows = [
        (
            kind.name,
            compared.title,
            *(
                f"{figure * 1000:,.0f}"
                for loads in (compared.ours, compared.bare)
                for figure in (loads.cpu, loads.time)
            ),
            f"{compared.ours.cpu / max(compared.bare.cpu, 0.001):.1f}",
            f"{compared.ours.time / compared.bare.time:.1f}",
        )
        for kind in bench.kinds
        for compared in _compare_phone_list(bench, kind)
    ]
    heads = ("", "", "CPU ms", "ms", "bare, CPU ms", "bare, ms", "CPU ratio", "ratio")
    return Section(
        _PHONES_TITLE, _PHONES_TEXT.format(phones=bench.scale.phones), as_table(heads, rows, words=2)
    )


def _compare_phone_list(bench: Workbench, kind: Kind) -> Sequence[Compared]:
    url, log = kind.databases.create(), bench.folder / f"bare-{kind.name}.log"
    release(bench.settings(url))
    with opened_database(bench.settings(url)) as database:
        listed_phones.add(database, bench.scale.phones)
    bench.tell(f"{kind.name}: Devices Status is loaded beside a bare page.")
    environment = {bare_list.DATABASE_URL: url}
    with (
        bench.running(WEB, url) as web,
        servers.gunicorn(bare_list.APPLICATION, "gthread", log, environment) as bare,
    ):
        return phone_list.compare(web, screens.signed_in(web.url, ADMIN_PASSWORD), bare)


def _measure_lists(bench: Workbench, kind: Kind) -> Sequence[PageLoad]:
    url = bench.database_url(kind, bench.seed)
    pages = long_lists.pages_of(long_lists.add_operation(bench.settings(url)))
    bench.tell(f"{kind.name}: {len(pages)} pages with long lists are loaded.")
    with bench.running(WEB, url) as web:
        return long_lists.measure(web, screens.signed_in(web.url, ADMIN_PASSWORD), pages)


EXPERIMENT = Experiment("screens", (targets.K8,), _run)
