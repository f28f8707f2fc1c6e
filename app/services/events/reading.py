"""What happened since a web hook was last told, as messages in the outbox; what it does not want is passed over.

The logs are the queue. Few messages of a hook wait at once, and the rest stays where it is until they are sent, so an
import of many thousand rows, or a receiver that is down, costs nothing but time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, insert, or_, select
from sqlalchemy.orm import Session

from app.models import Delivery, Destination, EventPlace, JournalEntry, PhoneChange, Tenant
from app.models.delivery import MAX_DELIVERY_SUBJECT
from app.models.enums import DeliveryState, DestinationKind, NoticeReason, Severity
from app.rendering.notices.events import EventMessage, ToldEvent, to_payload
from app.rules.events import (
    OF_PHONES,
    Topic,
    topic_of_action,
    topic_of_aspect,
    type_of_action,
    type_of_aspect,
)
from app.services.events.horizon import Ends

MOST_EVENTS = 100
"""Events of one message."""
MOST_WAITING = 20
"""Messages of one hook that wait at once; then it is read on when some were sent."""
_ROWS_AT_ONCE = 1_000
_HOOKS_AT_ONCE = 25
_LONGEST_TEXT = 1_000
IS_HOOK = Destination.kind == DestinationKind.EVENTS


def find_behind(session: Session, ends: Ends) -> Sequence[int]:
    """Return the hooks that are in use and have not read up to there, those that are furthest behind first; only
    reads."""
    waiting = (
        select(func.count())
        .where(
            Delivery.destination_id == Destination.id, Delivery.next_try_at.is_not(None), ~Delivery.is_test
        )
        .correlate(Destination)
        .scalar_subquery()
    )
    behind = (
        select(Destination.id)
        .join(EventPlace, EventPlace.destination_id == Destination.id)
        .where(
            IS_HOOK,
            Destination.is_enabled,
            or_(*_is_behind(ends)),
            waiting < MOST_WAITING,
        )
        .order_by(EventPlace.journal_id + EventPlace.phone_change_id)
    )
    return session.scalars(behind.limit(_HOOKS_AT_ONCE)).all()


def _is_behind(ends: Ends) -> Iterator[ColumnElement[bool]]:
    for place, end in (
        (EventPlace.journal_id, ends.journal_id),
        (EventPlace.phone_change_id, ends.phone_change_id),
    ):
        yield place != end if ends.are_exact else place < end


def has_hooks(session: Session) -> bool:
    """Whether anybody wants to be told of events."""
    return session.scalar(select(Destination.id).where(IS_HOOK, Destination.is_enabled).limit(1)) is not None


def tell(session: Session, ids: Collection[int], ends: Ends, *, now: datetime) -> int:
    """Put messages into the outbox for these hooks, each as far as it may; return how many messages."""
    locked = (
        select(Destination)
        .where(Destination.id.in_(ids), IS_HOOK, Destination.is_enabled)
        .order_by(Destination.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return sum(_tell_one(session, hook, ends, now) for hook in session.scalars(locked).all())


def begin(session: Session, destination: Destination, ends: Ends) -> None:
    """Let a hook hear of what happens from now on; the numbers of its messages go on."""
    place = session.get(EventPlace, destination.id)
    if place is None:
        place = EventPlace(destination_id=destination.id, number=0)
        session.add(place)
    place.journal_id, place.phone_change_id = ends.journal_id, ends.phone_change_id
    session.flush()


@dataclass(frozen=True, slots=True)
class _Read:
    """Events of a log that a hook wants, and the row up to which it was read."""

    events: Sequence[ToldEvent]
    until: int


def _tell_one(session: Session, hook: Destination, ends: Ends, now: datetime) -> int:
    place = session.get_one(EventPlace, hook.id, populate_existing=True)
    chosen = str(hook.settings.get("topics", "")).split()
    topics = {topic for topic in Topic if topic in chosen}
    _begin_anew(place, ends)
    journal = _read_journal(session, hook, topics - OF_PHONES, place.journal_id, ends.journal_id)
    phones = _read_phones(session, hook, topics & OF_PHONES, place.phone_change_id, ends.phone_change_id)
    place.journal_id, place.phone_change_id = journal.until, phones.until
    events = sorted([*journal.events, *phones.events], key=lambda event: event.at)
    rows = []
    named = list(_named(session, events))
    for start in range(0, len(named), MOST_EVENTS):
        place.number += 1
        rows.append(_row(hook, place.number, named[start : start + MOST_EVENTS], now))
    if rows:
        session.execute(insert(Delivery), rows)
    session.flush()
    return len(rows)


def _begin_anew(place: EventPlace, ends: Ends) -> None:
    """Go back to the beginning of a log that was emptied."""
    if ends.are_exact and place.journal_id > ends.journal_id:
        place.journal_id = 0
    if ends.are_exact and place.phone_change_id > ends.phone_change_id:
        place.phone_change_id = 0


def _read_journal(
    session: Session, hook: Destination, topics: Collection[Topic], after: int, until: int
) -> _Read:
    if not topics or after >= until:
        return _Read((), max(after, until))
    wanted = select(
        JournalEntry.id,
        JournalEntry.tenant_id,
        JournalEntry.at,
        JournalEntry.action,
        JournalEntry.subject,
        JournalEntry.actor,
        func.substr(JournalEntry.text, 1, _LONGEST_TEXT).label("text"),
        JournalEntry.reason,
    )
    rows, read_until = _next_rows(session, wanted, after, until)
    events = [
        ToldEvent(
            id=f"journal-{row.id}",
            topic=topic_of_action(row.action),
            type=type_of_action(row.action),
            at=row.at,
            tenant_id=row.tenant_id,
            subject=row.subject,
            actor=row.actor,
            text=row.text,
            reason=row.reason,
        )
        for row in rows
        if _hears(hook, row.tenant_id) and topic_of_action(row.action) in topics
    ]
    return _Read(events, read_until)


def _read_phones(
    session: Session, hook: Destination, topics: Collection[Topic], after: int, until: int
) -> _Read:
    if not topics or after >= until:
        return _Read((), max(after, until))
    wanted = select(
        PhoneChange.id,
        PhoneChange.tenant_id,
        PhoneChange.at,
        PhoneChange.mac,
        PhoneChange.what,
        PhoneChange.before,
        PhoneChange.after,
    )
    rows, read_until = _next_rows(session, wanted, after, until)
    events = [
        ToldEvent(
            id=f"phone-{row.id}",
            topic=topic_of_aspect(row.what),
            type=type_of_aspect(row.what),
            at=row.at,
            tenant_id=row.tenant_id,
            subject=row.mac,
            mac=row.mac,
            what=row.what,
            before=row.before,
            after=row.after,
        )
        for row in rows
        if _hears(hook, row.tenant_id) and topic_of_aspect(row.what) in topics
    ]
    return _Read(events, read_until)


def _next_rows(
    session: Session, wanted: Select[*tuple[Any, ...]], after: int, until: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Return the next rows of a log behind one, whose ids are selected first, and up to which it is read with them."""
    row_id = wanted.selected_columns[0]
    next_rows = wanted.where(row_id > after, row_id <= until).order_by(row_id).limit(_ROWS_AT_ONCE)
    rows = session.execute(next_rows).all()
    return rows, until if len(rows) < _ROWS_AT_ONCE else rows[-1].id


def _hears(hook: Destination, tenant_id: int | None) -> bool:
    """Whether a hook is told of what is of this tenant: one of a tenant's of nothing that is another's or nobody's."""
    return hook.tenant_id is None or hook.tenant_id == tenant_id


def _named(session: Session, events: Sequence[ToldEvent]) -> Iterator[ToldEvent]:
    """Yield events with the names of their tenants."""
    ids = {event.tenant_id for event in events if event.tenant_id is not None}
    names: Mapping[int, str] = (
        dict(session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(ids))).all()) if ids else {}
    )
    for event in events:
        yield (
            event
            if event.tenant_id is None
            else msgspec.structs.replace(event, tenant=names.get(event.tenant_id))
        )


def _row(hook: Destination, number: int, events: Sequence[ToldEvent], now: datetime) -> dict[str, object]:
    key = sha256(f"events\0{hook.id}\0{number}\0{events[0].id}".encode()).hexdigest()
    message = EventMessage(key=key, number=number, at=now, events=events)
    return {
        "destination_id": hook.id,
        "tenant_id": hook.tenant_id,
        "key": key,
        "reason": NoticeReason.EVENT,
        "severity": Severity.INFO,
        "subject": message.subject[:MAX_DELIVERY_SUBJECT],
        "payload": to_payload(message),
        "is_test": False,
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "created_at": now,
        "next_try_at": now,
        "give_up_at": now + timedelta(hours=hook.give_up_after_hours),
        "answer": "",
    }
