"""The page of the documentation that says what was measured, the targets first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from benchmarks.session import Results
from benchmarks.tables import as_table
from benchmarks.targets import Finding, figure


def as_page(
    results: Results, machine: Mapping[str, str], at: datetime, *, generator: str, ceiling: float
) -> str:
    """Return the page. ``ceiling`` is how many requests a second the generator sends at most."""
    facts = "\n".join(f"* {name}: {value}" for name, value in machine.items())
    sections = "\n\n".join(str(section) for outcome in results.outcomes for section in outcome.sections)
    return f"""# Benchmarks

What the phones' side of Ringmaster costs. Written by `make bench` on {at:%Y-%m-%d}.

**B** is a bare Flask application that says "hello" under `gunicorn -k sync -w 1`, measured in the same minutes. Read
the figures in units of B: they hold on other machines too, while requests per second do not. Why some targets are not
met, and what comes next, is in [performance.md](performance.md).
{_remarks(results)}
## Targets

{targets_table(results.findings)}

## Figures

CPU is what the kernel booked for all processes of the server, user and system, divided by the answers.

{sections}

## How it was measured

* All variants of an experiment run at once, each with its own copy of one database, and are asked one after the other,
  round by round. A ratio is taken within each round; the median, the least and the most of the rounds are shown.
* Every answer has to be a success. After each slice the database is looked into: the phones that were answered, and
  only these, have the new text, and were heard.
* The load comes from {generator}, on the same machine. With a bare ASGI application in place of Ringmaster it reaches
  {ceiling:,.0f} requests a second: no figure near that says anything about a server.
* An experiment in which B itself moved by more than a factor 2.5 is repeated, at most twice.
* The plane is started by `run.py plane` and the web listener by `run.py web`, with default settings unless said.
  PostgreSQL runs on the same machine with `fsync` and `synchronous_commit` on, 512 MB of shared buffers and
  checkpoints after 4 GB.
* `make bench-quick` measures the most important figures in a few minutes and writes nothing; `python -m benchmarks K1
  S1` does the experiments that decide these targets.

{facts}
"""


def targets_table(findings: Sequence[Finding]) -> str:
    """Return a line for each target: what it asks, what was measured, whether it is met."""
    heads = ("id", "figure", "target", "measured", "met?")
    return as_table(heads, [_cells(finding) for finding in findings], words=3)


def _cells(finding: Finding) -> tuple[str, ...]:
    target = finding.target
    measured = finding.reason if finding.measured is None else f"{figure(finding.measured)} {target.unit}"
    return target.id, target.claim, target.wording, measured, finding.verdict


def _remarks(results: Results) -> str:
    remarks = ""
    if results.unsteady:
        remarks += (
            f"\n**The machine was too busy for {', '.join(results.unsteady)}: the baseline itself moved by more than a "
            "factor 2.5 in all attempts. Measure again before you believe these.**\n"
        )
    if results.failed:
        names = ", ".join(results.failed)
        remarks += f"\n**In {names} a request failed, or the database did not hold what was answered.**\n"
    if results.repeated:
        remarks += f"\nRepeated because the baseline moved too much: {', '.join(results.repeated)}.\n"
    return remarks
