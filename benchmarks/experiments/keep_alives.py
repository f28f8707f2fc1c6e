"""Keep-alives (K1, K2, K3, K5, K6): the plane on both kinds of database, the small door, and the naive way."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import POSTGRESQL, SQLITE, Kind
from benchmarks.rounds import Plan
from benchmarks.summary import Line, lines, rates, table
from benchmarks.targets import Finding, Target
from benchmarks.variants import Variant
from benchmarks.workbench import BASELINE, NAIVE, PLANE, WEB, Workbench
from benchmarks.workloads import Effect

_MANY, _FEW = 64, 4
_TEXT = """\
*All changed*: every report says something that no report of this phone said before; its row is written and committed,
with full durability, before the answer. *Nothing changed*: only the time of the last contact is written, within a
second. *Naive*: Flask, an object for the phone's row and a commit for each request, 16 threads."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A part of Ringmaster, or the naive way, on a kind of database, with what its phones say."""

    part: str
    kind: str
    effect: Effect
    workers: int = 1

    @property
    def name(self) -> str:
        workers = f", {self.workers} workers" if self.workers > 1 else ""
        return f"{self.part}, {self.kind}{workers}, {self.effect.value}"


_PLANES = (
    _Case(PLANE, SQLITE, Effect.CHANGE),
    _Case(PLANE, SQLITE, Effect.TOUCH),
    _Case(PLANE, POSTGRESQL, Effect.CHANGE),
    _Case(PLANE, POSTGRESQL, Effect.TOUCH),
    _Case(PLANE, POSTGRESQL, Effect.CHANGE, workers=2),
    _Case(PLANE, POSTGRESQL, Effect.TOUCH, workers=2),
)
_OTHERS = (
    _Case(WEB, SQLITE, Effect.CHANGE),
    _Case(WEB, SQLITE, Effect.TOUCH),
    _Case(NAIVE, SQLITE, Effect.CHANGE),
    _Case(NAIVE, POSTGRESQL, Effect.CHANGE),
)
_CHANGED_ON_SQLITE, _SAME_ON_SQLITE, *_ = _PLANES
_BY_RATE: Mapping[Target, _Case] = {
    targets.K1: _CHANGED_ON_SQLITE,
    targets.K2: _SAME_ON_SQLITE,
    targets.K5_CHANGED: _PLANES[2],
    targets.K5_SAME: _PLANES[3],
    targets.K5_CHANGED_2: _PLANES[4],
    targets.K5_SAME_2: _PLANES[5],
}


def _run(bench: Workbench) -> Outcome:
    """Measure all at 64 connections, and the plane at 4."""
    with ExitStack() as stack:
        planes = list(_started(bench, stack, _PLANES))
        many = [bench.baseline, *planes, *_started(bench, stack, _OTHERS)]
        few = [bench.baseline, *planes]
        at_many = bench.measure(many, Plan(bench.scale.rounds, bench.scale.seconds, _MANY))
        at_few = bench.measure(few, Plan(bench.scale.few_rounds, bench.scale.seconds, _FEW))
    busy, quiet = lines(many, at_many), lines(few, at_few)
    return Outcome(
        sections=[
            Section(f"Keep-alives, {_MANY} connections", _TEXT, table(busy)),
            Section(f"Keep-alives, {_FEW} connections", "The plane at low load.", table(quiet)),
        ],
        findings=[*_findings(busy), _at_low_load(busy, quiet)],
        baselines=rates(at_many[0]),
    )


def _started(bench: Workbench, stack: ExitStack, cases: tuple[_Case, ...]) -> Iterator[Variant]:
    workloads = {Effect.CHANGE: bench.changing, Effect.TOUCH: bench.repeating}
    kinds: Mapping[str, Kind] = {kind.name: kind for kind in bench.kinds}
    for case in cases:
        if case.kind in kinds:
            settings = {"RINGMASTER_PHONE_WORKERS": str(case.workers)}
            workload = workloads[case.effect]
            yield stack.enter_context(
                bench.variant(case.name, case.part, kinds[case.kind], workload, settings=settings)
            )


def _findings(found: Mapping[str, Line]) -> Iterator[Finding]:
    for target, case in _BY_RATE.items():
        line = found.get(case.name)
        yield Finding(target, line.rate.median) if line else Finding(target, None, targets.NO_POSTGRESQL)
    yield Finding(targets.K3, found[_CHANGED_ON_SQLITE.name].cpu.median)
    yield Finding(targets.K6_SQLITE, found[_CHANGED_ON_SQLITE.name].lateness.median)
    on_postgresql = found.get(_PLANES[2].name)
    yield (
        Finding(targets.K6_POSTGRESQL, on_postgresql.lateness.median)
        if on_postgresql
        else Finding(targets.K6_POSTGRESQL, None, targets.NO_POSTGRESQL)
    )


def _at_low_load(busy: Mapping[str, Line], quiet: Mapping[str, Line]) -> Finding:
    return Finding(targets.K6_FEW, quiet[_CHANGED_ON_SQLITE.name].p99 / busy[BASELINE].p99)


EXPERIMENT = Experiment(
    "keep-alives", (*_BY_RATE, targets.K3, targets.K6_SQLITE, targets.K6_POSTGRESQL, targets.K6_FEW), _run
)
