"""The way in: rules for alarms put notices here, in the transaction in which the alarms change.

A notice is one step of one alarm that one destination is to hear of: it was raised, escalated, cleared. Notices of
one rule collect in groups, so that an outage of 500 phones is one message. What a message says is read when it leaves
(``app/services/notices/telling.py``): an alarm that was over before anybody was told of it is not told at all.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Destination, GroupedNotice, NoticeGroup
from app.models.enums import DestinationKind, NoticeFate, NoticeReason
from app.models.notice import MAX_GROUP_TITLE, MAX_NOTICE_NOTE
from app.rules.alarm_rules.messages import leaves_at
from app.rules.alarms.catalogue import DELIVERY_FAILING
from app.services import upserts

GROUP_WAIT = timedelta(seconds=30)
"""How long the first notice of a group waits for others."""
GROUP_INTERVAL = timedelta(minutes=5)
"""How long after a message of a group the next one leaves at the earliest."""
REPEAT = timedelta(hours=4)
"""How long after the last message of a group it is said that its alarms are still active."""

_GROUPS, _NOTICES = table_of(NoticeGroup), table_of(GroupedNotice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is told together: all with the same ``key`` of the same rule and destination.

    ``key`` is any text: the names and values that a rule groups by. ``title`` is what people read of it, such as
    ``emea/Berlin``. ``wait``, ``interval`` and ``repeat`` are the rule's; a ``repeat`` of zero is never.
    """

    rule_key: str
    key: str = ""
    title: str = ""
    wait: timedelta = GROUP_WAIT
    interval: timedelta = GROUP_INTERVAL
    repeat: timedelta = REPEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One step of one alarm for one destination.

    ``alarm`` is the alarm's row as the board has it, of which ``id``, ``tenant_id``, ``name`` and ``info1`` are read.
    ``step`` names what happened to it, so that it is told once however often it is put: it has to differ between two
    times that the same alarm is raised, cleared or escalated (``raise/3``, ``escalate/<rule>/<cycle>/<step>``), and
    may be the same for two destinations or rules. ``note`` is a sentence for the message: why it was escalated.
    ``phones`` is for how many phones the alarm stands: those of its children, where it is a parent.
    """

    destination_id: int
    reason: NoticeReason
    alarm: Mapping[str, Any]
    group: Group
    step: str
    note: str = ""
    phones: int = 1


def put(session: Session, notices: Sequence[Notice], *, now: datetime) -> int:
    """Put notices into their groups, with as many statements for many as for one; return how many are new.

    Not put, without a word, is what was put before, what is for a destination that is gone or switched off, what
    another tenant's destination would hear, and what would tell a destination of its own failing.
    """
    known = _known_destinations(session, {notice.destination_id for notice in notices})
    wanted = [notice for notice in notices if may_hear(known.get(notice.destination_id), notice)]
    if not wanted:
        return 0
    ids = _open_groups(session, wanted, now)
    rows = [
        {
            "group_id": ids[_group_key(notice)],
            "alarm_id": notice.alarm["id"],
            "key": _hashed(_group_key(notice), str(notice.alarm["id"]), notice.step),
            "reason": notice.reason,
            "note": notice.note[:MAX_NOTICE_NOTE],
            "phones": notice.phones,
            "at": now,
            "fate": NoticeFate.WAITING,
        }
        for notice in wanted
    ]
    added = upserts.insert_missing_returning(session, GroupedNotice, rows, (GroupedNotice.group_id,))
    _make_due(session, {row.group_id for row in added}, wanted, ids, now)
    return len(added)


def withdraw(session: Session, alarm_ids: Collection[int]) -> int:
    """Take back what waits to be told of these alarms, which are held, suppressed or shelved; return how much it was.

    The same steps are not told later either: put another one when the alarm is to be told after all.
    """
    if not alarm_ids:
        return 0
    taken_back = (
        update(GroupedNotice)
        .where(GroupedNotice.alarm_id.in_(alarm_ids), GroupedNotice.fate == NoticeFate.WAITING)
        .values(fate=NoticeFate.WITHDRAWN)
        .returning(GroupedNotice.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(taken_back).all())


class Hearer(NamedTuple):
    """What is to be known of a destination that may hear something."""

    name: str
    tenant_id: int | None


def _known_destinations(session: Session, ids: Collection[int]) -> dict[int, Hearer]:
    if not ids:
        return {}
    wanted = select(Destination.id, Destination.name, Destination.tenant_id).where(
        Destination.id.in_(ids), Destination.is_enabled, Destination.kind != DestinationKind.EVENTS
    )
    return {row.id: Hearer(row.name, row.tenant_id) for row in session.execute(wanted)}


def may_hear(known: Hearer | None, notice: Notice) -> bool:
    """Return whether a destination is told: not of other tenants' alarms, and not of its own failing."""
    if known is None:
        return False
    if known.tenant_id is not None and known.tenant_id != notice.alarm["tenant_id"]:
        return False
    is_of_delivery = notice.alarm["name"] == DELIVERY_FAILING.title
    return not (is_of_delivery and notice.alarm["info1"] == known.name)


def _open_groups(session: Session, notices: Sequence[Notice], now: datetime) -> dict[str, int]:
    """Return the ids of the groups that these belong to, by their keys; the missing are made."""
    latest = {_group_key(notice): notice for notice in notices}
    rows = [
        {
            "destination_id": notice.destination_id,
            "key": key,
            "rule_key": notice.group.rule_key,
            "title": notice.group.title[:MAX_GROUP_TITLE],
            "interval_seconds": int(notice.group.interval.total_seconds()),
            "repeat_seconds": int(notice.group.repeat.total_seconds()),
            "opened_at": now,
        }
        for key, notice in sorted(latest.items())
    ]
    upserts.insert_missing(session, _GROUPS, rows)
    found = (
        select(NoticeGroup.key, NoticeGroup.id).where(NoticeGroup.key.in_(latest)).order_by(NoticeGroup.id)
    )
    # So that none of them is dropped as an old one before it has its notices.
    found = found.with_for_update(read=True, key_share=True)
    return {row.key: row.id for row in session.execute(found)}


def _make_due(
    session: Session,
    group_ids: Collection[int],
    notices: Sequence[Notice],
    ids: Mapping[str, int],
    now: datetime,
) -> None:
    """Let the next message of these groups leave when the rule's times have passed, or sooner where it leaves sooner.

    The rows are locked in the order of their ids, as by whoever tells them, and so that others can put notices into
    them at the same time: each of those holds a share in the key.
    """
    if not group_ids:
        return
    of_group = {ids[_group_key(notice)]: notice.group for notice in notices}
    locked = (
        select(NoticeGroup.id, NoticeGroup.due_at, NoticeGroup.last_told_at)
        .where(NoticeGroup.id.in_(group_ids))
        .order_by(NoticeGroup.id)
        .with_for_update(key_share=True)
    )
    changed = []
    for row in session.execute(locked).all():
        group = of_group[row.id]
        due_at = leaves_at(row.due_at, row.last_told_at, wait=group.wait, interval=group.interval, now=now)
        changed.append(
            {
                "id": row.id,
                "title": group.title[:MAX_GROUP_TITLE],
                "interval_seconds": int(group.interval.total_seconds()),
                "repeat_seconds": int(group.repeat.total_seconds()),
                "due_at": due_at,
            }
        )
    session.execute(update(NoticeGroup), changed)


def _group_key(notice: Notice) -> str:
    return _hashed(str(notice.destination_id), notice.group.rule_key, notice.group.key)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
