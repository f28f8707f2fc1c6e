"""The page of the documentation that says what was accepted, when and where."""

from collections.abc import Mapping, Sequence

from tests.acceptance.record import Accepted


def as_page(entries: Sequence[Accepted], machine: Mapping[str, str]) -> str:
    """Return the page; a claim is a test's name, read as a sentence."""
    failed = sum(not entry.passed for entry in entries)
    verdict = (
        f"**{failed} of {len(entries)} claims did not hold.**"
        if failed
        else f"All {len(entries)} claims held."
    )
    rows = "\n".join(_row(entry) for entry in entries)
    facts = "\n".join(f"* {name}: {value}" for name, value in machine.items())
    return f"""# Acceptance

Full sizes, storms, kills: `make acceptance`, or `python -m tests.acceptance FILE…` for some of them, which
replaces what is said here of those. {verdict}

| claim | held | seconds | of | figures |
| ----- | ---- | ------: | -- | ------- |
{rows}

## The machine

{facts}
"""


def claim(node_id: str) -> str:
    """Return what a test claims: its name in words, and the parameters that it was run with."""
    name, bracket, parameters = node_id.rpartition("::")[2].partition("[")
    sentence = name.removeprefix("test_").replace("_", " ")
    return f"{sentence} ({parameters.rstrip(']')})" if bracket else sentence


def _row(entry: Accepted) -> str:
    figures = "; ".join(f"{name}: {value}" for name, value in entry.figures.items())
    held = "yes" if entry.passed else "**no**"
    return (
        f"| {claim(entry.node_id)} | {held} | {entry.seconds:.0f} | {entry.on}, {entry.commit} | {figures} |"
    )
