"""What a simulation counts: phones by what changes, rules that gain and lose them, those that would wait, gaps."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from app.models.enums import Stage
from app.rules.zero_touch.changes import Change, Wait
from app.services.zero_touch.fleet import InBrief

MOST_GAPS = 10
"""Pairs of tenant and model without a default template that are named."""

_SECTIONS = ("flags", "before_waits", "after_waits", "gained", "lost", "gaps")


class Tally:
    """Counts phone by phone, and can be kept as plain data and gone on with."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self.changed = int(kept.get("changed", 0))
        self._titles: dict[str, list[str]] = dict(kept.get("titles", {}))
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._changes = Counter[Change]()
        """Phones by what changes for them, until it is told apart for all of them together."""
        for section in _SECTIONS:
            self._counts[section].update(kept.get(section, {}))

    def note(
        self, before: InBrief, after: InBrief, changes: Change, differing: Collection[tuple[Stage, str, str]]
    ) -> None:
        """Count one phone, with the stages in which another rule decides."""
        if changes:
            self.changed += 1
            self._changes[changes] += 1
        for section, decided in (("before_waits", before), ("after_waits", after)):
            if decided.outcome.waits:
                self._counts[section].update(decided.outcome.waits)
        for _, loses, gains in differing:
            self._counts["lost"][loses] += 1
            self._counts["gained"][gains] += 1
            self._name(before, loses)
            self._name(after, gains)

    def note_gap(self, gap: str) -> None:
        """Count a phone for whose model its tenant has no default template."""
        self._counts["gaps"][gap] += 1

    def as_json(self) -> dict[str, Any]:
        """Return what was counted so far."""
        for changes, phones in self._changes.items():
            self._counts["flags"].update({change.name: phones for change in changes if change.name})
        self._changes.clear()
        counted = {section: dict(self._counts[section]) for section in _SECTIONS}
        return {**counted, "changed": self.changed, "titles": self._titles}

    def _name(self, decided: InBrief, key: str) -> None:
        """Keep what a rule is called: drafts change, and versions go."""
        if key not in self._titles:
            step = next(step for step in decided.steps if step.rule == key)
            self._titles[key] = [step.stage, step.title]


def gap_of(tenant_id: int, model: str, *, has_factory: bool) -> str:
    """Return what is counted where a tenant has no default template for a model; the factory's may serve it."""
    return f"{tenant_id}|{model}|{'factory' if has_factory else ''}"


def rules_in(totals: Mapping[str, Any]) -> list[tuple[str, Stage, str, int, int]]:
    """Return the rules that gain or lose phones: key, stage, title, gained, lost; the most concerned first."""
    found = [
        (key, Stage(stage), title, totals["gained"].get(key, 0), totals["lost"].get(key, 0))
        for key, (stage, title) in totals.get("titles", {}).items()
    ]
    return sorted(found, key=lambda rule: (-max(rule[3], rule[4]), rule[2]))


def waits_in(totals: Mapping[str, Any]) -> list[tuple[Wait, int, int]]:
    """Return how many phones that come new would wait for what, by the rules that are active and by the drafts."""
    before, after = totals.get("before_waits", {}), totals.get("after_waits", {})
    return [
        (wait, before.get(wait, 0), after.get(wait, 0))
        for wait in Wait
        if before.get(wait) or after.get(wait)
    ]


def gaps_in(totals: Mapping[str, Any]) -> list[tuple[int, str, bool, int]]:
    """Return the pairs of tenant and model without a default template: whether the factory's serves, and how many."""
    found = []
    for key, count in Counter(totals.get("gaps", {})).most_common(MOST_GAPS):
        tenant_id, model, factory = key.split("|")
        found.append((int(tenant_id), model, bool(factory), count))
    return found
