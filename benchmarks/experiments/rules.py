"""Rules asked for a whole fleet and about one phone (R1), in units of a plain loop of looks into dictionaries."""

from collections.abc import Callable, Sequence

from benchmarks import targets
from benchmarks.deciding import RULES, SUBNETS, Decided, measure
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.made_rules import STAGES, make_fleet
from benchmarks.ratios import Spread, ratios, spread
from benchmarks.summary import shown
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.workbench import Workbench

_Figure = Callable[[Decided], float]
_HEADS = ("", "ms", "U")


def _run(bench: Workbench) -> Outcome:
    bench.tell(f"{RULES} rules in {len(STAGES)} stages, {bench.scale.phones:,} phones")
    fleet = make_fleet(bench.scale.phones)
    rounds = [measure(fleet) for _ in range(bench.scale.rounds)]
    findings = [
        Finding(targets.R1_FLEET, _in_loops(rounds, lambda one: one.fleet).median),
        Finding(targets.R1_UNNAMED, _in_loops(rounds, lambda one: one.unnamed).median),
        Finding(targets.R1_SINGLE, _in_ms(rounds, lambda one: one.single)),
        Finding(targets.R1_TRACE, _in_ms(rounds, lambda one: one.trace)),
        Finding(targets.R1_SUBNETS, _in_ms(rounds, lambda one: one.subnets)),
    ]
    return Outcome([_section(bench, rounds)], findings)


def _in_loops(rounds: Sequence[Decided], figure: _Figure) -> Spread:
    return ratios([figure(one) for one in rounds], [one.plain for one in rounds])


def _in_ms(rounds: Sequence[Decided], figure: _Figure) -> float:
    return spread([figure(one) for one in rounds]).median * 1000


def _section(bench: Workbench, rounds: Sequence[Decided]) -> Section:
    figures: Sequence[tuple[str, _Figure]] = (
        ("facts of all phones made ready", lambda one: one.facts),
        ("rules compiled", lambda one: one.compiling),
        ("first match of all phones", lambda one: one.fleet),
        ("the same, no rule names models or tenants", lambda one: one.unnamed),
        ("first match of one phone", lambda one: one.single),
        ("trace of one phone", lambda one: one.trace),
        (f"checks of {RULES} rules", lambda one: one.checks),
        (f"{SUBNETS:,} subnets arranged", lambda one: one.subnets),
    )
    rows = [
        (name, f"{_in_ms(rounds, figure):,.2f}", shown(_in_loops(rounds, figure))) for name, figure in figures
    ]
    plain = _in_ms(rounds, lambda one: one.plain)
    text = f"""\
{RULES} rules of two to five rows in each of {len(STAGES)} stages, {bench.scale.phones:,} phones. U is a loop that looks
into the facts of each phone as often as there are rules and compares what it finds, {plain:,.0f} ms. The answers for
some phones are compared with those of the trace, which asks every row of every rule."""
    return Section("Rules asked for a fleet", text, as_table(_HEADS, rows))


EXPERIMENT = Experiment(
    "rules",
    (targets.R1_FLEET, targets.R1_UNNAMED, targets.R1_SINGLE, targets.R1_TRACE, targets.R1_SUBNETS),
    _run,
)
