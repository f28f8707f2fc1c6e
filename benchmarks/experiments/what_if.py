"""What drafts of rules would change for a whole fleet (R2), read from a database and written to it."""

from benchmarks import simulating, targets
from benchmarks.deciding import RULES
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.made_rules import STAGES
from benchmarks.ratios import spread
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.workbench import Workbench

_HEADS = ("", "phones", "changed", "s")


def _run(bench: Workbench) -> Outcome:
    bench.tell(f"{RULES} rules and as many drafts in {len(STAGES)} stages, {bench.scale.phones:,} phones")
    settings = simulating.settings_of(f"sqlite:///{bench.folder / 'what-if.db'}", bench.folder / "what-if")
    simulating.prepare(settings, bench.scale.phones, RULES)
    rounds = [simulating.simulate(settings) for _ in range(bench.scale.few_rounds)]
    seconds = spread([one.seconds for one in rounds]).median
    row = ("what-if", f"{rounds[0].phones:,}", f"{rounds[0].changed:,}", f"{seconds:,.2f}")
    text = f"""\
{bench.scale.phones:,} devices and their reports are read and decided upon by {RULES} active rules and as many drafts
in each of {len(STAGES)} stages, built-in ladders included, and the changed ones written. Processor time alone."""
    section = Section("What-if over the fleet", text, as_table(_HEADS, [row]))
    return Outcome([section], [Finding(targets.R2, seconds)])


EXPERIMENT = Experiment("what-if", (targets.R2,), _run)
