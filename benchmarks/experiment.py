"""An experiment: what it decides, how it is done, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.ratios import is_steady
from benchmarks.targets import Finding
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


@dataclass(frozen=True, slots=True)
class Experiment:
    """``name`` is what it is asked for by, beside the ids of the targets that it decides."""

    name: str
    ids: tuple[str, ...]
    run: Callable[[Workbench], Outcome]

    def answers_to(self, word: str) -> bool:
        """Whether a word of the command line means this experiment."""
        return word.upper() in self.ids or word.lower() == self.name
