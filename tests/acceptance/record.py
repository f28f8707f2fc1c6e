"""What was accepted so far, in a file: a run of some tests replaces what was known of those, and leaves the others."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.acceptance.recorder import Result


@dataclass(frozen=True)
class Accepted:
    """What came of one test, when it was, and of which commit."""

    node_id: str
    passed: bool
    seconds: float
    figures: Mapping[str, object]
    on: str
    commit: str


def read(file: Path) -> Sequence[Accepted]:
    """Return what was kept in a file, nothing where there is none."""
    if not file.exists():
        return []
    entries: list[dict[str, Any]] = json.loads(file.read_text())
    return [Accepted(**entry) for entry in entries]


def merged(
    known: Sequence[Accepted], results: Sequence[Result], at: datetime, commit: str
) -> Sequence[Accepted]:
    """Return what is known after a run: of each file with tests that ran, what came of them now and nothing older."""
    ran = {_file_of(result.node_id) for result in results}
    kept = [entry for entry in known if _file_of(entry.node_id) not in ran]
    new = [Accepted(**asdict(result), on=f"{at:%Y-%m-%d}", commit=commit) for result in results]
    return sorted([*kept, *new], key=lambda entry: _file_of(entry.node_id))


def write(file: Path, entries: Sequence[Accepted]) -> None:
    """Keep what is known."""
    file.write_text(json.dumps([asdict(entry) for entry in entries], indent=1, default=str) + "\n")


def _file_of(node_id: str) -> str:
    return node_id.partition("::")[0]
