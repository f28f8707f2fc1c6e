"""What one side makes of each recorded alarm, and of the outages that it finds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.models.enums import AlarmDeed, RuleKind
from app.rules.alarms.in_memory import AlarmRow
from app.rules.alarms.states import Change

_KIND_OF = {
    AlarmDeed.FLAP: RuleKind.FLAP,
    AlarmDeed.SUPPRESS: RuleKind.SUPPRESS,
    AlarmDeed.JOIN: RuleKind.CORRELATE,
    AlarmDeed.ESCALATE: RuleKind.ESCALATE,
    AlarmDeed.PREVENT: RuleKind.ROUTE,
}


@dataclass(slots=True)
class Finding:
    """What rules made of an alarm: who was told how often, what they did to it, by which rules of each kind.

    ``record`` names the alarm on both sides; ``alarm_id`` is None for an outage, which is recorded nowhere.
    """

    record: str
    alarm_id: int | None
    at: datetime
    name: str
    source: str
    mac: str
    tenant_id: int | None
    told: Counter[int] = field(default_factory=Counter)
    steps: int = 0
    phones: int = 0
    is_prevented: bool = False
    rules: dict[RuleKind, set[str]] = field(default_factory=dict)

    def note(self, kind: RuleKind, key: str) -> None:
        """Note that a rule did something to it."""
        self.rules.setdefault(kind, set()).add(key)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "told": {str(destination_id): number for destination_id, number in sorted(self.told.items())},
            "steps": self.steps,
            "phones": self.phones,
            "prevented": self.is_prevented,
            "rules": {kind.value: sorted(keys) for kind, keys in sorted(self.rules.items())},
        }


class Findings:
    """The findings of one side; what happens before the days that are asked about is not noted."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._found: dict[str, Finding] = {}

    def counts(self, now: datetime) -> bool:
        """Whether what happens now is counted."""
        return now >= self._since

    def of(self, alarm: AlarmRow) -> Finding:
        """Return what was found of an alarm."""
        record = alarm["record"]
        found = self._found.get(record)
        if found is None:
            found = self._found[record] = Finding(
                record=record,
                alarm_id=alarm["alarm_id"],
                at=alarm["first_raised_at"],
                name=alarm["name"],
                source=alarm["source"],
                mac=alarm["mac"],
                tenant_id=alarm["tenant_id"],
            )
        return found

    def note_lines(self, alarm: AlarmRow, lines: Iterable[Change], now: datetime) -> None:
        """Note what the timeline of an alarm tells of rules."""
        if not self.counts(now):
            return
        for line in lines:
            kind = _KIND_OF.get(line.deed)
            if kind is None:
                continue
            found = self.of(alarm)
            found.note(kind, line.rule_key)
            found.steps += line.deed is AlarmDeed.ESCALATE
            found.is_prevented = found.is_prevented or line.deed is AlarmDeed.PREVENT

    def note_outage(self, alarm: AlarmRow, rule_key: str, phones: int, now: datetime) -> None:
        """Note an outage that begins."""
        if self.counts(now):
            found = self.of(alarm)
            found.note(RuleKind.CORRELATE, rule_key)
            found.phones = phones

    def note_told(self, alarm: AlarmRow, destination_id: int, rule_key: str, kind: RuleKind) -> None:
        """Note a message that tells of an alarm."""
        found = self.of(alarm)
        found.told[destination_id] += 1
        found.note(kind, rule_key)

    def take(self, record: str) -> Finding | None:
        """Return what was found under a name, and forget it."""
        return self._found.pop(record, None)

    def records(self) -> Iterable[str]:
        """Return the names of all that was found and not taken."""
        return self._found.keys()
