"""One run: experiment after experiment, each repeated while the machine was too busy for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.experiment import Experiment, NotMeasurableError, Outcome
from benchmarks.ratios import MOST_SPREAD_OF_BASELINE
from benchmarks.rounds import FailedAnswersError
from benchmarks.targets import Finding
from benchmarks.verification import DiscrepancyError
from benchmarks.workbench import Workbench

_MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Results:
    """All that a run found.

    ``repeated`` names the experiments that found a quiet machine later only, ``unsteady`` those that found none, and
    ``failed`` those in which a request failed or an answer was not true.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def are_sound(self) -> bool:
        """Whether the figures are worth something."""
        return not self.unsteady and not self.failed

    @property
    def findings(self) -> Sequence[Finding]:
        """Return the figures of all targets, in the order of the targets' ids."""
        found = [finding for outcome in self.outcomes for finding in outcome.findings]
        return sorted(found, key=lambda finding: finding.target.id)


def run(experiments: Sequence[Experiment], bench: Workbench, show: Callable[[Outcome], None]) -> Results:
    """Do the experiments one after the other; each outcome is shown as soon as it is there."""
    results = Results()
    for experiment in experiments:
        bench.tell(f"== {experiment.name} ({', '.join(experiment.ids)})")
        outcome = _do(experiment, bench, results)
        show(outcome)
        results.outcomes.append(outcome)
    return results


def _do(experiment: Experiment, bench: Workbench, results: Results) -> Outcome:
    """Do one experiment, and note how it went."""
    try:
        outcome, attempts = _attempt(experiment, bench)
    except NotMeasurableError as error:
        return experiment.without_figures(str(error))
    except (FailedAnswersError, DiscrepancyError) as error:
        results.failed.append(experiment.name)
        return experiment.without_figures(str(error))
    if not outcome.is_steady:
        results.unsteady.append(experiment.name)
    elif attempts > 1:
        results.repeated.append(experiment.name)
    return outcome


def _attempt(experiment: Experiment, bench: Workbench) -> tuple[Outcome, int]:
    """Return the first outcome on a quiet machine, or else the last one, and how many it took."""
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        outcome = experiment.run(bench)
        if outcome.is_steady:
            break
        bench.tell(
            f"B moved by more than a factor {MOST_SPREAD_OF_BASELINE}: attempt {attempt} does not count"
        )
    return outcome, attempt
