"""Measures all variants in alternation, so that what else the machine does falls on all of them alike."""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cpu, verification
from benchmarks.load import Answers, Generator, Load, Reports
from benchmarks.reports import SEED_TAG
from benchmarks.variants import Subject, Variant

# The plane writes the times of the last contact each second; only then is a slice's work done.
_SETTLING_SECONDS = 1.2


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard each variant is asked in each round, and how many phones there are."""

    rounds: int
    seconds: int
    connections: int
    phones: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One variant in one round. CPU in seconds: of the door's processes, and of the database server's."""

    answers: Answers
    cpu_seconds: float
    database_cpu_seconds: float

    @property
    def cpu_each(self) -> float:
        """Return the CPU seconds of the door for one answer."""
        return self.cpu_seconds / self.answers.count

    @property
    def database_cpu_each(self) -> float:
        """Return the CPU seconds of the database server for one answer."""
        return self.database_cpu_seconds / self.answers.count


class FailedAnswersError(Exception):
    """Requests were not answered with success, so their number says nothing."""


class Measuring:
    """One session of measuring: a generator, and the file of reports that it sends."""

    def __init__(self, generator: Generator, bodies: Path, tell: Callable[[str], None]) -> None:
        self.generator = generator
        self._bodies = bodies
        self._tell = tell

    def warm_up(self, variants: Sequence[Variant], plan: Plan) -> None:
        """Let each variant answer for a second: what is made at the first request is made then."""
        for variant in variants:
            self.generator.send(Load(variant.url, plan.connections, 1, self._reports(variant, plan)))

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
        reports = self._reports(variant, plan)
        began_at, before = datetime.now(UTC), _books(variant)
        answers = self.generator.send(Load(variant.url, plan.connections, plan.seconds, reports))
        time.sleep(_SETTLING_SECONDS)
        after = _books(variant)
        if answers.failures or not answers.count:
            raise FailedAnswersError(
                f"{variant.name}: {answers.failures} requests failed, {answers.count} did not."
            )
        if variant.subject and reports:
            _verify(variant.subject, reports, plan, answers.count, began_at)
        return Slice(answers, after[0] - before[0], after[1] - before[1])

    def _reports(self, variant: Variant, plan: Plan) -> Reports | None:
        if variant.path == "/":
            return None
        changes = variant.subject is not None and variant.subject.changes
        tag = secrets.token_hex(4) if changes else SEED_TAG
        return Reports(self._bodies, random.randrange(plan.phones), tag, change_each_lap=changes)


def _books(variant: Variant) -> tuple[float, float]:
    server_pid = variant.subject.server_pid if variant.subject else None
    return cpu.seconds_of(variant.server.pid), cpu.seconds_of(server_pid) if server_pid else 0.0


def _verify(subject: Subject, reports: Reports, plan: Plan, answered: int, began_at: datetime) -> None:
    bounds = {"phones": plan.phones, "answered": answered, "connections": plan.connections}
    if subject.changes:
        verification.check_changes(subject.database, reports.tag, **bounds)
    else:
        verification.check_no_change(subject.database)
    verification.check_last_contact(subject.database, began_at, **bounds)
