"""What differs between what two sets of rules make of an alarm, and how much of it all there is."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import Any, Final

from app.models.enums import RuleKind
from app.services.what_if.alarms.findings import Finding

NOTHING: Final[Mapping[str, Any]] = {"told": {}, "steps": 0, "phones": 0, "prevented": False, "rules": {}}
"""A finding of an alarm of which rules make nothing."""
SUMS: Final = ("told", "suppressed", "correlated", "outages", "flapping", "escalated", "steps", "prevented")
"""What is summed up of each side, beside the messages for each destination: alarms, but steps are steps."""


class Change(IntFlag):
    """What changes for an alarm."""

    MORE = 1
    FEWER = 2
    OTHERS = 4
    SUPPRESSED = 8
    OUTAGE = 16
    FLAPPING = 32
    ESCALATED = 64
    PREVENTED = 128
    RULE = 256


_OF_KIND = {
    RuleKind.SUPPRESS: Change.SUPPRESSED,
    RuleKind.CORRELATE: Change.OUTAGE,
    RuleKind.FLAP: Change.FLAPPING,
    RuleKind.ESCALATE: Change.ESCALATED,
}
_OF_VALUE = {"steps": Change.ESCALATED, "phones": Change.OUTAGE, "prevented": Change.PREVENTED}


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """Return what differs between two findings, as plain data."""
    found = _who_is_told(before["told"], after["told"])
    for kind, change in _OF_KIND.items():
        if bool(before["rules"].get(kind)) != bool(after["rules"].get(kind)):
            found |= change
    for name, change in _OF_VALUE.items():
        if before[name] != after[name]:
            found |= change
    if before["rules"] != after["rules"] and not found:
        found |= Change.RULE
    return found


def _who_is_told(before: Mapping[str, int], after: Mapping[str, int]) -> Change:
    more = sum(after.values()) - sum(before.values())
    if more:
        return Change.MORE if more > 0 else Change.FEWER
    return Change.OTHERS if before != after else Change(0)


def keys_in(*findings: Mapping[str, Any]) -> set[str]:
    """Return the keys of all rules in findings."""
    return {key for finding in findings for keys in finding["rules"].values() for key in keys}


class Tally:
    """What is counted of both sides."""

    def __init__(self) -> None:
        self.changed = 0
        self._sums = (Counter[str](), Counter[str]())
        self._flags: Counter[str] = Counter()
        self._rules: dict[str, list[Any]] = {}

    def note(
        self,
        before: Finding | None,
        after: Finding | None,
        changes: Change,
        titled: Callable[[int, RuleKind, str], str],
    ) -> None:
        """Count an alarm; ``titled`` names a rule of one side."""
        if changes:
            self.changed += 1
            self._flags.update(change.name for change in changes if change.name)
        for side, finding in enumerate((before, after)):
            if finding is None:
                continue
            is_outage = finding.alarm_id is None
            done = finding.rules
            self._sums[side].update(
                told=bool(finding.told),
                suppressed=RuleKind.SUPPRESS in done,
                correlated=RuleKind.CORRELATE in done and not is_outage,
                outages=bool(finding.phones),
                flapping=RuleKind.FLAP in done,
                escalated=finding.steps > 0,
                steps=finding.steps,
                prevented=finding.is_prevented,
            )
            for kind, keys in done.items():
                for key in keys:
                    if key not in self._rules:
                        self._rules[key] = [kind.value, titled(side, kind, key), 0, 0]
                    self._rules[key][2 + side] += 1

    def as_json(self, messages: tuple[Mapping[int, int], Mapping[int, int]]) -> dict[str, Any]:
        """Return what was counted so far, with the messages for each destination."""
        sides = [
            {
                **{name: sums[name] for name in SUMS},
                "messages": {str(each): number for each, number in told.items()},
            }
            for sums, told in zip(self._sums, messages, strict=True)
        ]
        return {
            "changed": self.changed,
            "flags": dict(self._flags),
            "rules": self._rules,
            "before": sides[0],
            "after": sides[1],
        }
