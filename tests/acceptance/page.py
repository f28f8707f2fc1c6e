"""The page of the documentation that says what was accepted, when and where."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.acceptance.recorder import Result


def as_page(results: Sequence[Result], machine: Mapping[str, str], at: datetime) -> str:
    """Return the page; a claim is a test's name, read as a sentence."""
    failed = sum(not result.passed for result in results)
    verdict = (
        f"**{failed} of {len(results)} claims did not hold.**"
        if failed
        else f"All {len(results)} claims held."
    )
    rows = "\n".join(_row(result) for result in results)
    facts = "\n".join(f"* {name}: {value}" for name, value in machine.items())
    return f"""# Acceptance

Full sizes, storms, kills: `make acceptance`, last run on {at:%Y-%m-%d}. {verdict}

| claim | held | seconds | figures |
| ----- | ---- | ------: | ------- |
{rows}

## The machine

{facts}
"""


def claim(node_id: str) -> str:
    """Return what a test claims: its name in words, and the parameters that it was run with."""
    name, bracket, parameters = node_id.rpartition("::")[2].partition("[")
    sentence = name.removeprefix("test_").replace("_", " ")
    return f"{sentence} ({parameters.rstrip(']')})" if bracket else sentence


def _row(result: Result) -> str:
    figures = "; ".join(f"{name}: {value}" for name, value in result.figures.items())
    return f"| {claim(result.node_id)} | {'yes' if result.passed else '**no**'} | {result.seconds:.0f} | {figures} |"
