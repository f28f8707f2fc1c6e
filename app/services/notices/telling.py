"""Telling: what waits in groups becomes deliveries, one for a group, or one for each alarm where receivers want that.

What a message says is how the alarms are now: of one that was raised and cleared while its group waited, nobody has
to hear.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm, Delivery, Destination, GroupedNotice, NoticeGroup
from app.models.delivery import MAX_DELIVERY_SUBJECT
from app.models.enums import DeliveryState, NoticeFate, NoticeReason, Severity
from app.rendering.notices.message import Message, ToldAlarm, to_payload
from app.rendering.notices.subjects import subject_of
from app.rendering.notices.traps import trap_oid_of
from app.rules.alarm_rules.messages import (
    EACH_ALARM,
    ENDS,
    NOT_FOR_EACH_ALARM,
    last_that_holds,
    repeats_at,
    withheld_until,
)
from app.rules.receivers import SnmpReceiver
from app.services.destinations.receivers import snmp_receiver_of
from app.services.notices.snapshots import Snapshots, short_kind_of

MOST_LISTED = 100
"""Alarms that one message lists; of the others it says how many there are."""
MOST_TOGETHER = 500
"""Deliveries that are made of one group in one transaction, where each alarm has its own."""
_AT_MOST = 1_000
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def find_due(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the groups whose next message is to leave."""
    due = select(NoticeGroup.id).where(NoticeGroup.due_at.is_not(None), NoticeGroup.due_at <= now)
    return session.scalars(due.order_by(NoticeGroup.due_at, NoticeGroup.id).limit(_AT_MOST)).all()


def tell(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Make deliveries of what these groups have to tell now; return how many."""
    due = (
        select(NoticeGroup, Destination)
        .join(Destination, NoticeGroup.destination_id == Destination.id)
        .where(NoticeGroup.id.in_(ids), NoticeGroup.due_at <= now)
        .order_by(NoticeGroup.id)
        .with_for_update(of=NoticeGroup, key_share=True)
    )
    desks = [_Desk(session, group, destination, now) for group, destination in session.execute(due).all()]
    number = sum(desk.tell() for desk in desks)
    session.flush()
    return number


class _Waiting(NamedTuple):
    """A notice that waits, and how its alarm is now."""

    id: int
    alarm_id: int
    reason: NoticeReason
    note: str
    phones: int
    severity: Severity
    cleared_at: datetime | None
    mac: str
    name: str
    wire_name: str
    group_key: str
    at: datetime


@dataclass(slots=True)
class _Step:
    """All that waits to be told of one alarm: the last that still holds is told."""

    reason: NoticeReason | None = None
    notices: list[_Waiting] = field(default_factory=list)

    @property
    def last(self) -> _Waiting:
        """The notice that came last: how the alarm is now."""
        return self.notices[-1]

    @property
    def note(self) -> str:
        """What the notice says that is told."""
        return next((each.note for each in reversed(self.notices) if each.reason is self.reason), "")

    @property
    def is_active(self) -> bool:
        """Whether the alarm is active now."""
        return self.last.cleared_at is None


class _Desk:
    """One group whose time has come."""

    def __init__(self, session: Session, group: NoticeGroup, destination: Destination, now: datetime) -> None:
        self._session = session
        self._group = group
        self._destination = destination
        self._now = now
        self._each_alarm = destination.kind in EACH_ALARM
        self._receiver = snmp_receiver_of(destination)

    def tell(self) -> int:
        """Make the deliveries, and say when the group is looked at again; return how many there are."""
        all_waiting = self._read_waiting()
        withheld = [until for notice in all_waiting if (until := self._withheld_until(notice)) is not None]
        waiting = [notice for notice in all_waiting if self._withheld_until(notice) is None]
        if not self._destination.is_enabled:
            self._settle([notice.id for notice in all_waiting], NoticeFate.NEEDLESS)
            self._group.due_at = None
            return 0
        steps = self._fold(waiting)
        told = [step for step in steps if step.reason is not None]
        needless = [notice.id for step in steps if step.reason is None for notice in step.notices]
        self._settle(needless, NoticeFate.NEEDLESS)
        if told:
            number = self._tell_each(told) if self._each_alarm else self._tell_together(told)
        else:
            number = self._repeat() if not all_waiting else 0
        is_more = self._each_alarm and bool(waiting) and len(all_waiting) == MOST_TOGETHER
        self._look_again(number, is_more=is_more)
        if withheld:
            self._group.due_at = min(filter(None, (*withheld, self._group.due_at)))
        return number

    def _withheld_until(self, notice: _Waiting) -> datetime | None:
        return withheld_until(notice.reason, notice.at, notice._asdict(), now=self._now)

    def _read_waiting(self) -> Sequence[_Waiting]:
        wanted = (
            select(
                *(GroupedNotice.id, GroupedNotice.alarm_id, GroupedNotice.reason, GroupedNotice.note),
                *(
                    GroupedNotice.phones,
                    Alarm.severity,
                    Alarm.cleared_at,
                    Alarm.mac,
                    Alarm.name,
                    Alarm.wire_name,
                    Alarm.group_key,
                    GroupedNotice.at,
                ),
            )
            .join(Alarm, GroupedNotice.alarm_id == Alarm.id)
            .where(GroupedNotice.group_id == self._group.id, GroupedNotice.fate == NoticeFate.WAITING)
            .order_by(GroupedNotice.id)
        )
        if self._each_alarm:
            wanted = wanted.limit(MOST_TOGETHER)
        return [_Waiting._make(row) for row in self._session.execute(wanted)]

    def _fold(self, waiting: Iterable[_Waiting]) -> Sequence[_Step]:
        """Put together what waits of each alarm, and decide what of it is to be told, if anything."""
        steps: dict[int, _Step] = {}
        for notice in waiting:
            steps.setdefault(notice.alarm_id, _Step()).notices.append(notice)
        known = self._known_as_active()
        for alarm_id, step in steps.items():
            step.reason = last_that_holds(
                (notice.reason for notice in step.notices),
                is_active=step.is_active,
                is_known=alarm_id in known,
            )
            if self._each_alarm and not self._has_word_for(step):
                step.reason = None
        return list(steps.values())

    def _has_word_for(self, step: _Step) -> bool:
        return step.reason not in NOT_FOR_EACH_ALARM and has_trap(
            self._receiver, step.last.name, step.last.wire_name
        )

    def _known_as_active(self) -> set[int]:
        """Return the alarms that wait and of which the destination was told before that they are active."""
        waiting = select(GroupedNotice.alarm_id).where(
            GroupedNotice.group_id == self._group.id, GroupedNotice.fate == NoticeFate.WAITING
        )
        latest = (
            select(func.max(GroupedNotice.id))
            .where(
                GroupedNotice.group_id == self._group.id,
                GroupedNotice.fate == NoticeFate.TOLD,
                GroupedNotice.alarm_id.in_(waiting),
            )
            .group_by(GroupedNotice.alarm_id)
        )
        told = select(GroupedNotice.alarm_id).where(
            GroupedNotice.id.in_(latest), GroupedNotice.reason.not_in(ENDS)
        )
        return set(self._session.scalars(told))

    def _tell_each(self, steps: Sequence[_Step]) -> int:
        snapshots = Snapshots(self._session, [step.last.alarm_id for step in steps], worst_of_phones=True)
        active = self._count_active()
        messages = [(step, self._message(snapshots, [step], [step], active)) for step in steps]
        rows = [self._row(message, step.last.alarm_id) for step, message in messages]
        inserted = insert(Delivery).returning(Delivery.id, sort_by_parameter_order=True)
        ids = self._session.scalars(inserted, rows).all()
        changed = [
            {"id": notice.id, "fate": NoticeFate.TOLD, "delivery_id": delivery_id}
            for (step, _), delivery_id in zip(messages, ids, strict=True)
            for notice in step.notices
        ]
        self._session.execute(update(GroupedNotice), changed)
        return len(ids)

    def _tell_together(self, steps: Sequence[_Step]) -> int:
        listed = sorted(
            steps, key=lambda step: (not step.is_active, _RANKS[step.last.severity], step.last.id)
        )
        listed = listed[:MOST_LISTED]
        snapshots = Snapshots(self._session, [step.last.alarm_id for step in listed])
        message = self._message(snapshots, steps, listed, self._count_active())
        alarm_id = steps[0].last.alarm_id if len(steps) == 1 else None
        delivery_id = self._session.scalar(
            insert(table_of(Delivery)).returning(table_of(Delivery).c.id), self._row(message, alarm_id)
        )
        told = [
            {"id": notice.id, "fate": NoticeFate.TOLD, "delivery_id": delivery_id}
            for step in steps
            for notice in step.notices
        ]
        self._session.execute(update(GroupedNotice), told)
        return 1

    def _message(
        self, snapshots: Snapshots, steps: Sequence[_Step], listed: Sequence[_Step], active: int
    ) -> Message:
        alarms = [
            snapshots.told(step.last.alarm_id, step.reason or NoticeReason.RAISE, step.note, step.last.phones)
            for step in listed
        ]
        reasons = {step.reason for step in steps if step.is_active} or {step.reason for step in steps}
        reason = reasons.pop() if len(reasons) == 1 else NoticeReason.CHANGE
        last = max(step.last.id for step in steps)
        return self._whole(
            alarms,
            reason=reason or NoticeReason.CHANGE,
            key=f"{last}/{steps[0].last.alarm_id if self._each_alarm else ''}",
            told=len(steps),
            active=active,
            phones=_phones(steps),
            link=snapshots.link_to(alarms),
        )

    def _repeat(self) -> int:
        """Say that alarms which were told are still active, and nobody has taken them upon himself."""
        if self._each_alarm or not self._group.repeat_seconds:
            return 0
        open_alarms = self._session.execute(
            select(Alarm.id, func.max(GroupedNotice.phones), func.max(Alarm.mac))
            .join(GroupedNotice, GroupedNotice.alarm_id == Alarm.id)
            .where(
                GroupedNotice.group_id == self._group.id,
                GroupedNotice.fate == NoticeFate.TOLD,
                Alarm.cleared_at.is_(None),
                Alarm.acknowledged_at.is_(None),
                Alarm.shelved_until.is_(None),
                Alarm.suppressed_until.is_(None),
                Alarm.parent_id.is_(None),
                Alarm.flaps_until.is_(None),
            )
            .group_by(Alarm.id)
            .order_by(Alarm.id)
        ).all()
        if not open_alarms:
            return 0
        listed = open_alarms[:MOST_LISTED]
        snapshots = Snapshots(self._session, [row[0] for row in listed])
        alarms = [snapshots.told(row[0], NoticeReason.REPEAT, "", row[1]) for row in listed]
        phones = len({row[2] for row in open_alarms if row[1] == 1 and row[2]})
        message = self._whole(
            alarms,
            reason=NoticeReason.REPEAT,
            key=f"repeat/{self._group.due_at}",
            told=len(open_alarms),
            active=len(open_alarms),
            phones=phones + sum(row[1] for row in open_alarms if row[1] > 1),
            link=snapshots.link_to(alarms),
        )
        alarm_id = open_alarms[0][0] if len(open_alarms) == 1 else None
        self._session.execute(insert(Delivery), [self._row(message, alarm_id)])
        return 1

    def _whole(
        self,
        alarms: Sequence[ToldAlarm],
        *,
        reason: NoticeReason,
        key: str,
        told: int,
        active: int,
        phones: int,
        link: str,
    ) -> Message:
        worst = min(
            (alarm.severity for alarm in alarms if alarm.is_active), key=_RANKS.__getitem__, default=None
        )
        return Message(
            key=hashlib.sha256(f"{self._group.key}\0{key}".encode()).hexdigest(),
            group_key=self._group.key,
            group_title=self._group.title,
            reason=reason,
            severity=worst or Severity.CLEARED,
            at=self._now,
            alarms=alarms,
            told=told,
            active=active,
            phones=phones,
            link=link,
        )

    def _row(self, message: Message, alarm_id: int | None) -> dict[str, object]:
        return {
            "destination_id": self._destination.id,
            "tenant_id": self._destination.tenant_id,
            "group_id": self._group.id,
            "alarm_id": alarm_id,
            "key": message.key,
            "reason": message.reason,
            "severity": message.severity,
            "subject": subject_of(message)[:MAX_DELIVERY_SUBJECT],
            "payload": to_payload(message),
            "is_test": False,
            "state": DeliveryState.WAITING,
            "attempts": 0,
            "created_at": self._now,
            "next_try_at": self._now,
            "give_up_at": self._now + timedelta(hours=self._destination.give_up_after_hours),
            "answer": "",
        }

    def _count_active(self) -> int:
        """Count the active alarms of the group that were told, or are now."""
        fates = (NoticeFate.TOLD, NoticeFate.WAITING)
        active = (
            select(func.count(GroupedNotice.alarm_id.distinct()))
            .join(Alarm, GroupedNotice.alarm_id == Alarm.id)
            .where(
                GroupedNotice.group_id == self._group.id,
                GroupedNotice.fate.in_(fates),
                Alarm.cleared_at.is_(None),
            )
        )
        return self._session.scalar(active) or 0

    def _settle(self, notice_ids: Sequence[int], fate: NoticeFate) -> None:
        if notice_ids:
            changed = [{"id": notice_id, "fate": fate} for notice_id in notice_ids]
            self._session.execute(update(GroupedNotice), changed)

    def _look_again(self, number: int, *, is_more: bool) -> None:
        group = self._group
        if number:
            group.last_told_at = self._now
        if is_more:
            group.due_at = self._now
        elif not self._each_alarm and group.repeat_seconds and self._count_active():
            repeat = timedelta(seconds=group.repeat_seconds)
            group.due_at = repeats_at(group.last_told_at, repeat, now=self._now)
        else:
            group.due_at = None


def has_trap(receiver: SnmpReceiver | None, title: str, wire_name: str) -> bool:
    """Return whether a receiver of traps, None for any other, can be told of a type of alarms."""
    if receiver is None:
        return True
    kind = short_kind_of(title, wire_name)
    return trap_oid_of(kind.name, kind.trap_oid, receiver.oid_base) is not None


def _phones(steps: Sequence[_Step]) -> int:
    """Count the phones that alarms are of, one that has two of them once."""
    single = {step.last.mac for step in steps if step.last.phones == 1 and step.last.mac}
    return len(single) + sum(step.last.phones for step in steps if step.last.phones > 1)
