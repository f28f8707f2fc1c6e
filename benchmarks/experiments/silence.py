"""The sweep for silent phones over a million of them (D1): what it costs, and how long it keeps others waiting."""

from collections.abc import Mapping, Sequence

from benchmarks import sweep, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import SQLITE
from benchmarks.sweep import Figures
from benchmarks.targets import Finding
from benchmarks.workbench import Workbench


def _run(bench: Workbench) -> Outcome:
    measured = [sweep.measure_on(kind, bench.folder, bench.scale.swept, bench.tell) for kind in bench.kinds]
    return Outcome([_section(measured)], _findings({figures.kind: figures for figures in measured}))


def _findings(measured: Mapping[str, Figures]) -> Sequence[Finding]:
    on_sqlite = measured[SQLITE]
    usual = on_sqlite.sweeps[sweep.USUAL]
    longest_lock = max(swept.longest_lock for swept in on_sqlite.sweeps.values())
    return [
        Finding(targets.D1_PASS, usual.working / on_sqlite.unit),
        Finding(targets.D1_LOCK, longest_lock * 1000),
    ]


def _section(measured: Sequence[Figures]) -> Section:
    units = ", ".join(f"{figures.unit * 1000:,.0f} ms on {figures.kind}" for figures in measured)
    text = f"""\
The scheduler's own chore. U is one pass over the wide table, {units}.
Looking takes no lock; work is looking and writing without the pauses in which others write. The longest lock is for how
long the sweep kept others from writing, the longest wait what the slowest of so many small writes of another process
took meanwhile, its own commit included."""
    return Section("The sweep for silent phones", text, sweep.as_table(measured))


EXPERIMENT = Experiment("silence", (targets.D1_PASS, targets.D1_LOCK), _run)
