"""What was measured, as a table for the terminal and as a page of the documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.ratios import Spread, is_steady, ratios, spread
from benchmarks.rounds import Plan, Slice

_UNSTEADY = (
    "The machine was too busy: the baseline itself moved by more than a factor 2.5 between rounds. "
    "Measure again before you believe any of this."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One variant over all rounds; ``rate`` and ``cpu`` in units of the baseline, CPU in seconds an answer."""

    name: str
    rate: Spread
    per_second: float
    cpu: Spread
    cpu_each: float
    database_cpu_each: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured by one plan."""

    plan: Plan
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Results:
    """All that is told: the figures by plan, and how much the generator could send at most."""

    measured: Sequence[Measured]
    is_steady: bool
    generator: str
    ceiling: float


def lines(names: Sequence[str], slices: Sequence[Sequence[Slice]]) -> list[Line]:
    """Sum up the slices of each variant; the first one is the baseline."""
    baseline = slices[0]
    return [_line(name, taken, baseline) for name, taken in zip(names, slices, strict=True)]


def is_steady_throughout(slices: Sequence[Sequence[Slice]]) -> bool:
    """Whether the baseline, which is the first, was alike in all rounds."""
    return is_steady([taken.answers.per_second for taken in slices[0]])


def as_table(rows: Sequence[Line]) -> str:
    """Return a table in Markdown that is read as it is, too."""
    heads = ("", "rate / B", "rate", "CPU / B", "CPU", "database CPU", "p50", "p99")
    units = ("", "median (least to most)", "1/s", "median (least to most)", "µs each", "µs each", "ms", "ms")
    cells = [heads, units, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    return "\n".join(_padded(row, widths) for row in (heads, rule, units, *cells[2:]))


def as_page(results: Results, machine: Mapping[str, str], at: datetime) -> str:
    """Return the page of the documentation."""
    facts = "\n".join(f"* {name}: {value}" for name, value in machine.items())
    sections = "\n\n".join(_section(measured) for measured in results.measured)
    warning = "" if results.is_steady else f"\n**{_UNSTEADY}**\n"
    return f"""# Benchmarks

What a keep-alive costs. Written by `make bench` on {at:%Y-%m-%d}; `python -m benchmarks --quick` checks in a minute
that all of it works, and writes nothing.
{warning}
**B** is a bare Flask application that says "hello" under `gunicorn -k sync -w 1`, measured in the same minutes. Read
the columns in units of B: they hold on other machines too, while requests per second do not. CPU is what the kernel
booked for all processes of the server, user and system, divided by the answers.

*Changed*: every report says something that no report of this phone said before; its row is written and committed, with
full durability, before the answer. *Nothing changed*: only the time of the last contact is written, within a second.

{sections}

## How it was measured

* All servers run at once, each with its own copy of one database, and are asked one after the other, round by round.
  A ratio is taken within each round; the median, the least and the most of the rounds are shown.
* Every answer has to be a success. After each slice the database is looked into: the phones that were answered, and
  only these, have the new text, and were heard.
* The load comes from {results.generator}, on the same machine. With a bare ASGI application in place of Ringmaster it
  reaches {results.ceiling:,.0f} requests a second: no figure near that says anything about a server.
* The plane is started by `run.py plane` and the web listener by `run.py web`, with default settings but for one plane
  worker on PostgreSQL, too. PostgreSQL runs on the same machine with `fsync` and `synchronous_commit` on.

{facts}
"""


def _section(measured: Measured) -> str:
    plan = measured.plan
    return f"""## {plan.connections} connections

{plan.rounds} rounds of {plan.seconds} s for each, in alternation; {plan.phones:,} known phones; one worker process.

{as_table(measured.lines)}"""


def _line(name: str, taken: Sequence[Slice], baseline: Sequence[Slice]) -> Line:
    rates = [one.answers.per_second for one in taken]
    costs = [one.cpu_each for one in taken]
    return Line(
        name=name,
        rate=ratios(rates, [one.answers.per_second for one in baseline]),
        per_second=spread(rates).median,
        cpu=ratios(costs, [one.cpu_each for one in baseline]),
        cpu_each=spread(costs).median,
        database_cpu_each=spread([one.database_cpu_each for one in taken]).median,
        p50=spread([one.answers.p50 for one in taken]).median,
        p99=spread([one.answers.p99 for one in taken]).median,
    )


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        _spread(line.rate),
        f"{line.per_second:,.0f}",
        _spread(line.cpu),
        f"{line.cpu_each * 1e6:,.0f}",
        f"{line.database_cpu_each * 1e6:,.0f}" if line.database_cpu_each else "",
        f"{line.p50 * 1000:,.1f}",
        f"{line.p99 * 1000:,.1f}",
    )


def _spread(found: Spread) -> str:
    return f"{found.median:.2f} ({found.least:.2f} to {found.most:.2f})"


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "| " + " | ".join([first, *others]) + " |"
