"""An experiment: what it decides, how it is done, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.ratios import is_steady
from benchmarks.targets import Finding, Target
from benchmarks.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Section:
    """A table of results with its heading, and what has to be known to read it."""

    title: str
    text: str
    table: str

    def __str__(self) -> str:
        return f"### {self.title}\n\n{self.text}\n\n{self.table}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment found. ``baselines`` are the rates of B in its rounds, none where it needs no B."""

    sections: Sequence[Section]
    findings: Sequence[Finding] = ()
    baselines: Sequence[float] = ()

    @property
    def is_steady(self) -> bool:
        """Whether the machine was quiet enough for the ratios to mean something."""
        return not self.baselines or is_steady(self.baselines)


class NotMeasurableError(Exception):
    """What an experiment needs is not on this machine; the text says what."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """``name`` is what it is asked for by, beside the ids of the targets that it decides.

    ``run`` raises NotMeasurableError where nothing can be measured.
    """

    name: str
    targets: tuple[Target, ...]
    run: Callable[[Workbench], Outcome]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of its targets, each once."""
        return tuple(dict.fromkeys(target.id for target in self.targets))

    def answers_to(self, word: str) -> bool:
        """Whether a word of the command line means this experiment."""
        return word.upper() in self.ids or word.lower() == self.name

    def without_figures(self, reason: str) -> Outcome:
        """Return the outcome that says why there is none."""
        findings = [Finding(target, None, reason) for target in self.targets]
        return Outcome([Section(self.name, f"Not measured: {reason}", "")], findings)
