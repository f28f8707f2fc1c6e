"""Measures all variants in alternation, so that what else the machine does falls on all of them alike."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks import cpu, verification
from benchmarks.load import Answers, Generator, Load
from benchmarks.variants import Variant
from benchmarks.workloads import Effect

# The plane writes the times of the last contact each second; only then is a slice's work done.
_SETTLING_SECONDS = 1.2


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard each variant is asked in each round."""

    rounds: int
    seconds: int
    connections: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One variant in one round. CPU in seconds: of the servers' processes, and of the database server's."""

    answers: Answers
    cpu_seconds: float
    database_cpu_seconds: float

    @property
    def cpu_each(self) -> float:
        """Return the CPU seconds of the servers for one answer."""
        return self.cpu_seconds / self.answers.count

    @property
    def database_cpu_each(self) -> float:
        """Return the CPU seconds of the database server for one answer."""
        return self.database_cpu_seconds / self.answers.count


class FailedAnswersError(Exception):
    """Requests were not answered with success, so their number says nothing."""


class Measuring:
    """Asks variants by a generator."""

    def __init__(self, generator: Generator, tell: Callable[[str], None]) -> None:
        self.generator = generator
        self._tell = tell

    def warm_up(self, variants: Sequence[Variant], plan: Plan) -> None:
        """Let each variant answer for a second: what is made at the first request is made then."""
        for variant in variants:
            script = variant.workload.script() if variant.workload else None
            self.generator.send(Load(variant.url, plan.connections, 1, script))

    def measure(self, variants: Sequence[Variant], plan: Plan) -> list[list[Slice]]:
        """Return the slices of each variant, one for each round, in the order of the variants."""
        slices: list[list[Slice]] = [[] for _ in variants]
        for number in range(plan.rounds):
            self._tell(f"round {number + 1} of {plan.rounds}, {plan.connections} connections")
            for variant, taken in zip(variants, slices, strict=True):
                taken.append(self.slice(variant, plan))
        return slices

    def slice(self, variant: Variant, plan: Plan) -> Slice:
        """Ask one variant; raises when an answer failed or the database does not hold what it should."""
        script = variant.workload.script() if variant.workload else None
        began_at, before = datetime.now(UTC), _books(variant)
        with variant.meanwhile():
            answers = self.generator.send(Load(variant.url, plan.connections, plan.seconds, script))
        if variant.workload and variant.workload.effect is not Effect.NONE:
            time.sleep(_SETTLING_SECONDS)
        after = _books(variant)
        if answers.failures or not answers.count:
            raise FailedAnswersError(
                f"{variant.name}: {answers.failures} requests failed, {answers.count} did not."
            )
        _verify(variant, script.tag if script else "", began_at, answers.count, plan.connections)
        return Slice(answers, after[0] - before[0], after[1] - before[1])


def _books(variant: Variant) -> tuple[float, float]:
    """Return the CPU seconds so far: of the variant's servers, and of its database's."""
    server_pid = variant.storage.server_pid if variant.storage else None
    own = sum(cpu.seconds_of(pid) for pid in variant.pids)
    return own, cpu.seconds_of(server_pid) if server_pid else 0.0


def _verify(variant: Variant, tag: str, began_at: datetime, answered: int, connections: int) -> None:
    if variant.storage and variant.workload:
        verification.check(
            variant.storage.database,
            variant.workload,
            tag,
            began_at,
            answered=answered,
            connections=connections,
        )
