"""Alarms in memory by their keys, as they are raised and cleared (rules 3.2); who keeps them is another's business."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from app.models.enums import ClearedBy, Severity
from app.rules.alarm_rules.rule_columns import UNRULED
from app.rules.alarms import states
from app.rules.alarms.catalogue import AlarmType
from app.rules.alarms.states import Change

AlarmRow: TypeAlias = dict[str, Any]
"""An alarm by its columns."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What is raised: ``said`` is what an alarm shows of what was said last, ``fixed`` stays as it was at first."""

    key: str
    kind: AlarmType | None
    severity: Severity
    said: AlarmRow
    fixed: AlarmRow


class Moved(NamedTuple):
    """An alarm that was moved, and what its timeline tells of that; one that ``is_new`` was raised."""

    row: AlarmRow
    change: Change | None
    is_new: bool = False


class AlarmsInMemory:
    """The alarms that stand, and those that ended a short time ago, which may go on."""

    def __init__(self, active: dict[str, AlarmRow], ended: dict[str, AlarmRow], *, has_rules: bool) -> None:
        """Take alarms by their keys; where there are rules, those that are raised have the columns of rules."""
        self.active = active
        self.ended = ended
        self._has_rules = has_rules

    def raise_(self, raised: Raised, *, now: datetime) -> Moved:
        """Raise an alarm: one that stands counts up, one that was cleared just now goes on, else it is a new one."""
        active = self.active.get(raised.key)
        if active is not None:
            move = states.repeat(active, raised.kind, raised.severity, now=now)
            active |= raised.said | move.columns
            return Moved(active, move.change)
        ended = self.ended.pop(raised.key, None)
        if ended is not None and states.may_reopen(ended, now=now):
            move = states.reopen(ended, raised.kind, raised.severity, now=now)
            ended |= raised.said | move.columns
            self.active[raised.key] = ended
            return Moved(ended, move.change)
        row = {
            "dedup_key": raised.key,
            **raised.fixed,
            **raised.said,
            **states.raised(raised.kind, raised.severity, now=now),
        }
        if self._has_rules:
            row |= UNRULED
        self.active[raised.key] = row
        return Moved(row, None, is_new=True)

    def clear(self, key: str, by: ClearedBy, *, now: datetime) -> Moved | None:
        """Clear the alarm with this key; None where none stands."""
        row = self.active.pop(key, None)
        move = states.clear(row, by, now=now) if row is not None else None
        if row is None or move is None:
            return None
        row |= move.columns
        self.ended[key] = row
        return Moved(row, move.change)
