"""What is different between two versions of a list: rules that came, went, changed, or stand elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from app.models import RuleRow


class Deed(StrEnum):
    """What became of a rule."""

    ADDED = "added"
    DELETED = "deleted"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule of two versions that is not the same in both; ``deeds`` are all that became of it."""

    deeds: Sequence[Deed]
    before: RuleRow | None
    after: RuleRow | None

    @property
    def name(self) -> str:
        """What the rule is called now, or was called."""
        row = self.after or self.before
        return row.name if row else ""


def compare(before: Sequence[RuleRow], after: Sequence[RuleRow]) -> list[Difference]:
    """Return the rules that differ: those that are there in their order, then those that went.

    A rule has moved where its order among the rules of both versions is another; one is not moved by rules that come
    or go above it.
    """
    old, new = {row.key: row for row in before}, {row.key: row for row in after}
    moved = _moved([key for key in old if key in new], [key for key in new if key in old])
    found = []
    for key, row in new.items():
        if key not in old:
            found.append(Difference((Deed.ADDED,), None, row))
            continue
        is_same = decisive_parts(old[key]) == decisive_parts(row) and old[key].comment == row.comment
        deeds = [] if is_same else [Deed.CHANGED]
        deeds += [Deed.MOVED] if key in moved else []
        if deeds:
            found.append(Difference(deeds, old[key], row))
    found += [Difference((Deed.DELETED,), row, None) for key, row in old.items() if key not in new]
    return found


def names_by_deed(differences: Sequence[Difference]) -> Mapping[str, list[str]]:
    """Return the names of the rules by what became of them, for the journal."""
    by_deed = {deed.value: [each.name for each in differences if deed in each.deeds] for deed in Deed}
    return {deed: names for deed, names in by_deed.items() if names}


def decisive_parts(row: RuleRow) -> list[object]:
    """Return all that decides of a rule, as plain data, without its place."""
    dates = [when.isoformat() if when else None for when in (row.valid_from, row.valid_until)]
    return [row.key, row.name, row.is_enabled, *dates, row.conditions, row.outcome]


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    stays = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {key for block in stays for key in new[block.b : block.b + block.size]}
    return set(new) - kept
