"""The messages that would leave: groups of notices in memory, as there are in tables (decision 0045)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app.models.enums import DestinationKind, NoticeReason
from app.rules.alarm_rules.messages import (
    EACH_ALARM,
    ENDS,
    NOT_FOR_EACH_ALARM,
    OUTAGES_SHOW_WITHIN,
    last_that_holds,
    leaves_at,
    repeats_at,
    withheld_until,
)
from app.rules.alarms.in_memory import AlarmRow
from app.rules.receivers import SnmpReceiver
from app.services.notices.putting import Group, Hearer, Notice, may_hear
from app.services.notices.telling import has_trap

_HOLDS = ("flaps_until", "suppressed_until", "parent_id", "shelved_until", "acknowledged_at")


@dataclass(frozen=True, slots=True)
class Listener:
    """A destination: who it is for, and how it is told."""

    hearer: Hearer
    kind: DestinationKind
    receiver: SnmpReceiver | None

    @property
    def hears_of_each_alarm(self) -> bool:
        """Whether it gets a message for each alarm."""
        return self.kind in EACH_ALARM

    def has_word_for(self, alarm: AlarmRow, reason: NoticeReason) -> bool:
        """Whether such a message can be told at all."""
        if not self.hears_of_each_alarm:
            return True
        return reason not in NOT_FOR_EACH_ALARM and has_trap(self.receiver, alarm["name"], alarm["wire_name"])


class Told(NamedTuple):
    """A message that leaves: to whom, by which rule, and the alarms that it tells of."""

    destination_id: int
    rule_key: str
    alarms: Sequence[AlarmRow]


@dataclass(slots=True)
class _Desk:
    """What one rule tells one destination together."""

    destination_id: int
    group: Group
    due_at: datetime | None = None
    last_told_at: datetime | None = None
    waiting: dict[int, tuple[AlarmRow, list[tuple[NoticeReason, datetime]]]] = field(default_factory=dict)
    told: dict[int, tuple[AlarmRow, NoticeReason]] = field(default_factory=dict)
    put: set[tuple[int, str]] = field(default_factory=set)


class Messages:
    """All groups of one side. Whoever keeps the time asks ``tell`` at the times that ``put`` and ``tell`` return."""

    def __init__(self, listeners: Mapping[int, Listener]) -> None:
        self._listeners = listeners
        self._desks: dict[tuple[int, str, str], _Desk] = {}
        self._waits: dict[int, set[tuple[int, str, str]]] = {}

    def put(
        self, notice: Notice, alarm: AlarmRow, now: datetime
    ) -> tuple[datetime, tuple[int, str, str]] | None:
        """Put a notice into its group, and return when its message leaves; None where nobody is told by it."""
        listener = self._listeners.get(notice.destination_id)
        if listener is None or not may_hear(listener.hearer, notice):
            return None
        key = (notice.destination_id, notice.group.rule_key, notice.group.key)
        desk = self._desks.get(key)
        if desk is None:
            desk = self._desks[key] = _Desk(notice.destination_id, notice.group)
        desk.group = notice.group
        step = (alarm["id"], notice.step)
        if step in desk.put:
            return None
        desk.put.add(step)
        desk.waiting.setdefault(alarm["id"], (alarm, []))[1].append((notice.reason, now))
        self._waits.setdefault(alarm["id"], set()).add(key)
        group = notice.group
        desk.due_at = leaves_at(
            desk.due_at, desk.last_told_at, wait=group.wait, interval=group.interval, now=now
        )
        return desk.due_at, key

    def withdraw(self, alarm_id: int) -> None:
        """Take back what waits to be told of an alarm."""
        for key in self._waits.pop(alarm_id, ()):
            self._desks[key].waiting.pop(alarm_id, None)

    def tell(self, key: tuple[int, str, str], now: datetime) -> Iterator[Told]:
        """Yield the messages of a group whose time has come, if it has; ``due_of`` says when there is more."""
        desk = self._desks[key]
        if desk.due_at is None or desk.due_at > now:
            return
        listener = self._listeners[desk.destination_id]
        waited, withheld = bool(desk.waiting), self._take_withheld(desk, now)
        telling = self._fold(desk, listener)
        for alarm_id in desk.waiting.keys() - withheld.keys():
            self._forget(alarm_id, key)
        desk.waiting = withheld
        if not waited and not listener.hears_of_each_alarm and desk.group.repeat:
            telling = [alarm for alarm, _ in desk.told.values() if _is_still_open(alarm)]
        if listener.hears_of_each_alarm:
            yield from (Told(desk.destination_id, desk.group.rule_key, [alarm]) for alarm in telling)
        elif telling:
            yield Told(desk.destination_id, desk.group.rule_key, telling)
        self._look_again(desk, listener, now, has_told=bool(telling))
        untils = [at + OUTAGES_SHOW_WITHIN for _, reasons in withheld.values() for _, at in reasons]
        if untils:
            desk.due_at = min(filter(None, (*untils, desk.due_at)))

    def _fold(self, desk: _Desk, listener: Listener) -> list[AlarmRow]:
        """Return the alarms of which something that waits is told, and note what they are known as from now on."""
        telling = []
        for alarm_id, (alarm, reasons) in desk.waiting.items():
            known = desk.told.get(alarm_id)
            reason = last_that_holds(
                (reason for reason, _ in reasons),
                is_active=alarm["cleared_at"] is None,
                is_known=known is not None and known[1] not in ENDS,
            )
            if reason is not None and listener.has_word_for(alarm, reason):
                telling.append(alarm)
                desk.told[alarm_id] = (alarm, reason)
        return telling

    def _take_withheld(
        self, desk: _Desk, now: datetime
    ) -> dict[int, tuple[AlarmRow, list[tuple[NoticeReason, datetime]]]]:
        """Take out of what waits, and return, what may turn out to be part of an outage."""
        withheld = {}
        for alarm_id, (alarm, reasons) in list(desk.waiting.items()):
            held = [each for each in reasons if withheld_until(*each, alarm, now=now) is not None]
            if held:
                withheld[alarm_id] = (alarm, held)
                rest = [each for each in reasons if each not in held]
                desk.waiting[alarm_id] = (alarm, rest)
                if not rest:
                    del desk.waiting[alarm_id]
        return withheld

    def due_of(self, key: tuple[int, str, str]) -> datetime | None:
        """Return when a group is looked at next."""
        return self._desks[key].due_at

    def skip_reminders(self, key: tuple[int, str, str], until: datetime) -> None:
        """Let the reminders pass that nobody counts, so that a group is looked at next from this time on."""
        desk = self._desks[key]
        if desk.due_at is not None and desk.due_at < until and not desk.waiting and desk.group.repeat:
            desk.due_at += -(-(until - desk.due_at) // desk.group.repeat) * desk.group.repeat

    def waits_for(self) -> Collection[int]:
        """Return the alarms of which something waits to be told."""
        return self._waits.keys()

    def forget(self, gone: set[int]) -> None:
        """Forget alarms that do not come back."""
        for desk in self._desks.values():
            for alarm_id in gone & desk.told.keys():
                del desk.told[alarm_id]
            desk.put = {step for step in desk.put if step[0] not in gone}

    def _look_again(self, desk: _Desk, listener: Listener, now: datetime, *, has_told: bool) -> None:
        if has_told:
            desk.last_told_at = now
        stands = any(alarm["cleared_at"] is None for alarm, _ in desk.told.values())
        repeat: timedelta = desk.group.repeat
        desk.due_at = None
        if stands and repeat and not listener.hears_of_each_alarm:
            desk.due_at = repeats_at(desk.last_told_at, repeat, now=now)

    def _forget(self, alarm_id: int, key: tuple[int, str, str]) -> None:
        keys = self._waits.get(alarm_id)
        if keys is not None:
            keys.discard(key)
            if not keys:
                del self._waits[alarm_id]


def _is_still_open(alarm: AlarmRow) -> bool:
    """Whether it is said again that an alarm stands: nobody has taken it upon himself, and nothing holds it."""
    return alarm["cleared_at"] is None and all(alarm[name] is None for name in _HOLDS)
