"""Keep-alives while people use the screens (K8), in a process of their own; and what pages with long lists take."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from benchmarks import long_lists, screens, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.load import Answers, Load, Script
from benchmarks.long_lists import PageLoad
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
        [Section(_TITLE, _text(loaded), table(lines(variants, slices))), _long_lists(bench)],
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


def _measure_lists(bench: Workbench, kind: Kind) -> Sequence[PageLoad]:
    url = bench.database_url(kind, bench.seed)
    pages = long_lists.pages_of(long_lists.add_operation(bench.settings(url)))
    bench.tell(f"{kind.name}: {len(pages)} pages with long lists are loaded.")
    with bench.running(WEB, url) as web:
        return long_lists.measure(web, screens.signed_in(web.url, ADMIN_PASSWORD), pages)


EXPERIMENT = Experiment("screens", (targets.K8,), _run)
