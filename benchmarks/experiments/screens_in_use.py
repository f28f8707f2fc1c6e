"""Keep-alives while people use the screens (K8): in a process of their own, on the same database."""

from contextlib import ExitStack
from functools import partial

from benchmarks import screens, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.load import Answers, Load, Script
from benchmarks.ratios import ratios
from benchmarks.rounds import Plan
from benchmarks.summary import lines, rates, table
from benchmarks.targets import Finding
from benchmarks.variants import Variant
from benchmarks.workbench import ADMIN_PASSWORD, PLANE, WEB, Workbench

_CONNECTIONS = 64
_CLIENTS = 4
_ALONE, _IN_USE = "plane, alone", f"plane, {_CLIENTS} clients at the screens"
_TITLE = "Keep-alives while people use the screens"


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
        [Section(_TITLE, _text(loaded), table(lines(variants, slices)))],
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


EXPERIMENT = Experiment("screens", (targets.K8,), _run)
