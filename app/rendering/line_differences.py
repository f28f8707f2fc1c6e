"""How two texts differ, line by line, with a few lines around each change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TypeAlias

from app.rendering.secret_parameters import mask_secrets

LINES_AROUND = 3
# Beyond this many lines the lines in between are shown as replaced: to match them could take minutes.
_MOST_LINES_MATCHED = 5_000

_Opcodes: TypeAlias = list[tuple[str, int, int, int, int]]


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its number in the text before and in the one after, None where it is not in that text."""

    change: Change
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes in blocks, each with the lines around it, and how many lines were added and removed."""

    blocks: tuple[tuple[Line, ...], ...]
    added: int
    removed: int

    def __bool__(self) -> bool:
        return bool(self.blocks)

    def masked(self) -> "Difference":
        """Return it with secrets masked: one that changes is told from one that stays, though both are masked."""
        blocks = tuple(
            tuple(replace(line, text=mask_secrets(line.text)) for line in block) for block in self.blocks
        )
        return replace(self, blocks=blocks)


def differences(before: str, after: str) -> Difference:
    """Compare two texts; the end of the last line does not count."""
    old, new = before.splitlines(), after.splitlines()
    groups = _grouped(old, new) if old != new else []
    blocks = tuple(tuple(_lines(group, old, new)) for group in groups)
    changes = [line.change for block in blocks for line in block]
    return Difference(blocks, changes.count(Change.ADDED), changes.count(Change.REMOVED))


def _grouped(old: Sequence[str], new: Sequence[str]) -> list[_Opcodes]:
    """Return what turns one text into the other as difflib writes it, in groups with some equal lines around."""
    if max(len(old), len(new)) <= _MOST_LINES_MATCHED:
        return list(SequenceMatcher(None, old, new).get_grouped_opcodes(LINES_AROUND))
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    around, end, new_end = min(head, LINES_AROUND), len(old) - tail, len(new) - tail
    behind = min(tail, LINES_AROUND)
    return [
        [
            ("equal", head - around, head, head - around, head),
            ("replace", head, end, head, new_end),
            ("equal", end, end + behind, new_end, new_end + behind),
        ]
    ]


def _lines(opcodes: _Opcodes, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            yield from (Line(Change.SAME, i1 + n + 1, j1 + n + 1, old[i1 + n]) for n in range(i2 - i1))
        else:
            yield from (Line(Change.REMOVED, n + 1, None, old[n]) for n in range(i1, i2))
            yield from (Line(Change.ADDED, None, n + 1, new[n]) for n in range(j1, j2))
