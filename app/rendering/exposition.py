"""Figures in the text format that Prometheus reads (version 0.0.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class Sample:
    """One number with its labels; ``suffix`` stands behind the name, as in ``_bucket``."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: its name, whether it is a ``counter``, ``gauge`` or ``histogram``, what it says, its samples."""

    name: str
    kind: str
    meaning: str
    samples: Sequence[Sample]


def gauge(name: str, meaning: str, samples: Iterable[tuple[float, Mapping[str, str]]]) -> Figure:
    """Return a figure that may rise and fall."""
    return Figure(name, "gauge", meaning, [Sample(value, labels) for value, labels in samples])


def one_gauge(name: str, meaning: str, value: float) -> Figure:
    """Return a figure without labels that may rise and fall."""
    return gauge(name, meaning, [(value, {})])


def exposition(figures: Iterable[Figure]) -> str:
    """Return the text."""
    return "".join(line + "\n" for figure in figures for line in _lines(figure))


def _lines(figure: Figure) -> Iterable[str]:
    yield f"# HELP {figure.name} {figure.meaning}"
    yield f"# TYPE {figure.name} {figure.kind}"
    for sample in figure.samples:
        labels = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in sample.labels.items())
        yield f"{figure.name}{sample.suffix}{f'{{{labels}}}' if labels else ''} {_number(sample.value)}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
