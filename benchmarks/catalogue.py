"""All experiments in the order in which they are done, and those that are asked for."""

from collections.abc import Sequence

from benchmarks.experiment import Experiment
from benchmarks.experiments import (
    boot_storm,
    crash,
    downloads,
    files,
    generation,
    growth,
    imports,
    keep_alives,
    live,
    million,
    overviews,
    rules,
    screens_in_use,
    search,
    silence,
    slow_disk,
    what_if,
)

EXPERIMENTS: Sequence[Experiment] = (
    keep_alives.EXPERIMENT,
    slow_disk.EXPERIMENT,
    crash.EXPERIMENT,
    screens_in_use.EXPERIMENT,
    overviews.EXPERIMENT,
    downloads.EXPERIMENT,
    files.EXPERIMENT,
    generation.EXPERIMENT,
    boot_storm.EXPERIMENT,
    growth.EXPERIMENT,
    silence.EXPERIMENT,
    imports.EXPERIMENT,
    rules.EXPERIMENT,
    what_if.EXPERIMENT,
    live.EXPERIMENT,
    search.EXPERIMENT,
    million.EXPERIMENT,
)


class UnknownExperimentError(Exception):
    """A word that names no experiment."""


def chosen(words: Sequence[str]) -> Sequence[Experiment]:
    """Return the experiments that these names or ids of targets mean, each once; all of them for no word."""
    for word in words:
        if not any(one.answers_to(word) for one in EXPERIMENTS):
            raise UnknownExperimentError(f"{word} is no experiment. There are: {', '.join(_words())}.")
    return [one for one in EXPERIMENTS if not words or any(one.answers_to(word) for word in words)]


def _words() -> list[str]:
    return [word for one in EXPERIMENTS for word in (one.name, *one.ids)]
