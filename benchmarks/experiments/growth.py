"""How the figures grow with the fleet: the same questions to installations of different sizes, in the same rounds."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from benchmarks import reports
from benchmarks.asks import Ask
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.rounds import Plan
from benchmarks.seed import Seed
from benchmarks.summary import Line, lines, rates
from benchmarks.tables import as_table
from benchmarks.variants import Variant
from benchmarks.workbench import PLANE, Workbench
from benchmarks.workloads import Effect, Workload

_CONNECTIONS = 64
_MOST_ROUNDS = 2
_CHANGED, _SAME, _FILE = "keep-alives, all changed", "keep-alives, nothing changed", "files of 10 KB"


def _run(bench: Workbench) -> Outcome:
    with ExitStack() as stack:
        variants = [bench.baseline]
        for kind in bench.kinds:
            for phones in bench.scale.growth:
                variants += _of_size(bench, stack, kind, phones)
        rounds = min(bench.scale.rounds, _MOST_ROUNDS)
        slices = bench.measure(variants, Plan(rounds, bench.scale.seconds, _CONNECTIONS))
    return Outcome([_section(bench, lines(variants, slices))], baselines=rates(slices[0]))


def _of_size(bench: Workbench, stack: ExitStack, kind: Kind, phones: int) -> Iterator[Variant]:
    """Start two planes on an installation of this size: one that is told news, and one for all else."""
    asking = min(phones, bench.scale.phones)
    seed = Seed(asking=asking, known=phones, has_files=True)
    changing = bench.reporting(asking, Effect.CHANGE)
    yield stack.enter_context(
        bench.variant(_name(_CHANGED, kind.name, phones), PLANE, kind, changing, seed=seed)
    )
    repeating = bench.reporting(asking, Effect.TOUCH)
    quiet = stack.enter_context(
        bench.variant(_name(_SAME, kind.name, phones), PLANE, kind, repeating, seed=seed)
    )
    yield quiet
    asks = (Ask("GET", f"/configfiles/{mac}.cfg") for mac in reports.macs(asking))
    files = Workload(bench.lay_down(asks), asking, Effect.NONE)
    yield Variant(_name(_FILE, kind.name, phones), quiet.server, files, quiet.storage)


def _section(bench: Workbench, found: Mapping[str, Line]) -> Section:
    sizes = bench.scale.growth
    heads = ("", *(f"{phones:,} phones" for phones in sizes))
    rows = [
        (f"{kind.name}, {figure}", *(_cell(found[_name(figure, kind.name, phones)]) for phones in sizes))
        for kind in bench.kinds
        for figure in (_CHANGED, _SAME, _FILE)
    ]
    text = f"""\
The rate in units of B, and the CPU of the plane for an answer, by the number of known phones. The same planes with one
worker, {_CONNECTIONS} connections; at most {bench.scale.phones:,} phones ask, evenly spread over all that are known."""
    return Section("Growth", text, as_table(heads, rows))


def _cell(line: Line) -> str:
    return f"{line.rate.median:.2f} B, {line.cpu_each * 1e6:,.0f} µs"


def _name(figure: str, kind: str, phones: int) -> str:
    return f"{figure}, {kind}, {phones} phones"


EXPERIMENT = Experiment("growth", (), _run)
