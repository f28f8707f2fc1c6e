"""Outages found in memory: which alarms make one, and when it is over (``app/services/alarms/outages.py``)."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.rules.alarm_rules.outcomes import LEAST_PHONES, Correlate
from app.rules.alarms.in_memory import AlarmRow
from app.rules.ordered.rule import Rule

SizeOf = Callable[[Rule[Correlate], AlarmRow], int]
"""How many phones the group has that an alarm belongs to."""


@dataclass(slots=True)
class _Group:
    """Alarms that stand and have something in common, those that came lately, and the outage that they are."""

    rule: Rule[Correlate]
    alarms: dict[int, AlarmRow] = field(default_factory=dict)
    phones: Counter[str] = field(default_factory=Counter)
    lately: deque[tuple[datetime, AlarmRow]] = field(default_factory=deque)
    parent: AlarmRow | None = None
    ends_below: int = 0
    below_since: datetime | None = None


class Outages:
    """The groups of one side, by their keys."""

    def __init__(self, size_of: SizeOf) -> None:
        self._size_of = size_of
        self._groups: dict[str, _Group] = {}
        self._where: dict[int, str] = {}
        self.standing: dict[str, int] = {}

    def note(self, alarm: AlarmRow, rule: Rule[Correlate] | None, *, came: bool, now: datetime) -> str:
        """Note which group an alarm belongs to now; return the key of one that is to be looked at, or nothing."""
        key = alarm["group_key"] if alarm["cleared_at"] is None and rule is not None else ""
        before = self._where.get(alarm["id"], "")
        if before != key and before:
            self._leave(alarm, before)
        if not key or rule is None:
            return before
        group = self._groups.setdefault(key, _Group(rule))
        group.rule = rule
        if before != key:
            self._where[alarm["id"]] = key
            group.alarms[alarm["id"]] = alarm
            group.phones[alarm["mac"]] += 1
        if came:
            group.lately.append((now, alarm))
        self._drop_old(group, now)
        return str(key)

    def begins(self, key: str, now: datetime) -> tuple[Rule[Correlate], Sequence[AlarmRow], int] | None:
        """Return the rule, the alarms and the number of phones of an outage that begins now, None where none does."""
        group = self._groups.get(key)
        if group is None or group.parent is not None:
            return None
        self._drop_old(group, now)
        lately = {
            alarm["mac"]
            for _, alarm in group.lately
            if alarm["group_key"] == key and alarm["cleared_at"] is None and _may_join(alarm)
        }
        if len(lately) < LEAST_PHONES:
            return None
        children = [alarm for alarm in group.alarms.values() if _may_join(alarm)]
        threshold = group.rule.outcome.threshold(self._size_of(group.rule, children[-1]))
        if threshold is None or len(lately) < threshold:
            return None
        group.ends_below, group.below_since = group.rule.outcome.end(threshold), None
        return group.rule, children, len({child["mac"] for child in children})

    def stand(self, key: str, parent: AlarmRow) -> None:
        """Let the outage of a group have this alarm."""
        self._groups[key].parent = parent
        self.standing[key] = parent["id"]

    def ends(self, key: str, now: datetime) -> tuple[bool, datetime | None]:
        """Return whether an outage is over, and else when that is to be looked at again, if its phones are few."""
        group = self._groups.get(key)
        if group is None or group.parent is None:
            return False, None
        if len(group.phones) >= group.ends_below:
            group.below_since = None
            return False, None
        group.below_since = group.below_since or now
        over_at = group.below_since + group.rule.outcome.ends_after
        return over_at <= now, over_at

    def end(self, key: str) -> Sequence[AlarmRow]:
        """Let an outage be over, and return the alarms that were part of it and still stand."""
        group = self._groups[key]
        parent, group.parent, group.below_since = group.parent, None, None
        del self.standing[key]
        return [
            alarm
            for alarm in group.alarms.values()
            if parent is not None and alarm["parent_id"] == parent["id"]
        ]

    def _leave(self, alarm: AlarmRow, key: str) -> None:
        group = self._groups[key]
        del self._where[alarm["id"]], group.alarms[alarm["id"]]
        group.phones[alarm["mac"]] -= 1
        if not group.phones[alarm["mac"]]:
            del group.phones[alarm["mac"]]
        if not group.alarms and group.parent is None and not group.lately:
            del self._groups[key]

    def _drop_old(self, group: _Group, now: datetime) -> None:
        since: datetime = now - group.rule.outcome.within
        while group.lately and group.lately[0][0] < since:
            group.lately.popleft()


def next_look(now: datetime, *, every: timedelta = timedelta(seconds=5)) -> datetime:
    """Return when the scheduler looks next: it does every few seconds, at times of its own."""
    seconds = every.total_seconds()
    return now + timedelta(seconds=seconds - now.timestamp() % seconds)


def _may_join(alarm: AlarmRow) -> bool:
    return alarm["parent_id"] is None and alarm["suppressed_until"] is None
