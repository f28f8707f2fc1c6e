"""Adding, changing and deleting destinations, and trying one out."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.models import Delivery, Destination, Tenant
from app.models.delivery import MAX_DELIVERY_SUBJECT
from app.models.destination import MAX_DESTINATION_NAME
from app.models.enums import DeliveryState, DestinationKind, NoticeReason, Severity
from app.rendering.notices.events import EventMessage, ToldEvent
from app.rendering.notices.events import to_payload as of_events
from app.rendering.notices.message import Message, ToldAlarm, to_payload
from app.rendering.notices.subjects import on_one_line, subject_of
from app.rules import events
from app.rules.alarms.catalogue import GENERAL_LOCAL_EVENT
from app.security.tenant_scope import scope_of
from app.services import journal
from app.services.author import Author
from app.services.destinations.fields import FIELDS, TITLES, checked
from app.services.destinations.sent_secrets import would_be_told
from app.services.events import horizon, reading
from app.services.flushing import flush_or_refuse
from app.services.notices import engine_identity, outbox

MOST_DESTINATIONS = 500
FASTEST_RATE = 6_000
LONGEST_PATIENCE_HOURS = 24 * 7
TEST_LASTS = timedelta(minutes=2)
"""How long a test waits for a scheduler to send it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form says of a destination.

    ``texts`` are the settings of its kind; a secret that is empty stays as it is, unless ``removed`` names it.
    """

    name: str
    tenant_id: int | None
    is_enabled: bool
    rate_per_minute: str
    give_up_after_hours: str
    texts: Mapping[str, str]
    removed: Collection[str] = field(default_factory=frozenset)


def get_destination(session: Session, destination_id: int) -> Destination:
    """Return a destination that the account sees, or raise NotFoundError."""
    found = session.scalar(
        select(Destination).where(Destination.id == destination_id).options(selectinload(Destination.tenant))
    )
    if found is None:
        raise NotFoundError("There is no such destination, or your account does not see it.")
    return found


def add(session: Session, kind: DestinationKind, wish: Wish, *, author: Author, now: datetime) -> Destination:
    """Add a destination; InvalidInputError has a sentence for each value that will not do."""
    if len(session.scalars(select(Destination.id).limit(MOST_DESTINATIONS)).all()) == MOST_DESTINATIONS:
        raise InvalidInputError(f"There are {MOST_DESTINATIONS} destinations; delete one that is not needed.")
    destination = Destination(kind=kind, created_at=now, secrets="{}", settings={})
    _write(session, destination, wish, stored={})
    session.add(destination)
    flush_or_refuse(session, f"Another destination is called {destination.name}.")
    if kind is DestinationKind.EVENTS:
        reading.begin(session, destination, horizon.ends_of(session))
    if kind is DestinationKind.SNMP:
        engine_identity.engine_id(session)  # its page tells whom receivers have to know
    _record(session, destination, "added", author, now)
    return destination


def change(session: Session, destination: Destination, wish: Wish, *, author: Author, now: datetime) -> None:
    """Change a destination; what failed until now is tried again at once."""
    secrets: dict[str, str] = json.loads(destination.secrets)
    stored = {name: text for name, text in secrets.items() if name not in wish.removed}
    outbox.stop_failing(session, destination, now=now)
    was_enabled = destination.is_enabled
    _write(session, destination, wish, stored=stored)
    flush_or_refuse(session, f"Another destination is called {destination.name}.")
    outbox.try_at_once(session, destination, now=now)
    _hear_from_now_on(session, destination, was_enabled=was_enabled)
    _record(session, destination, "changed", author, now)


def switch(
    session: Session, destination: Destination, *, is_enabled: bool, author: Author, now: datetime
) -> None:
    """Switch a destination on or off; what waits for one that is off leaves when it is on again, if that is in time."""
    was_enabled, destination.is_enabled = destination.is_enabled, is_enabled
    _hear_from_now_on(session, destination, was_enabled=was_enabled)
    outbox.stop_failing(session, destination, now=now)
    _record(session, destination, "switched on" if is_enabled else "switched off", author, now)


def remove(session: Session, destination: Destination, *, author: Author, now: datetime) -> None:
    """Delete a destination with all that waits for it, and its part of the delivery log."""
    outbox.stop_failing(session, destination, now=now)
    _record(session, destination, "deleted", author, now)
    session.delete(destination)
    session.flush()


def send_test(session: Session, destination: Destination, *, author: Author, now: datetime) -> Delivery:
    """Put a test into the outbox; it is sent once, also where the destination is switched off or failing."""
    if not scope_of(session).includes(destination.tenant_id):
        raise NotAllowedError("This destination is not your tenant's.")
    told = _test_of_events if destination.kind is DestinationKind.EVENTS else _test_of_alarms
    key, subject, payload = told(destination, author, now)
    delivery = Delivery(
        destination_id=destination.id,
        tenant_id=destination.tenant_id,
        key=key,
        reason=NoticeReason.TEST,
        severity=Severity.INFO,
        subject=subject,
        payload=payload,
        is_test=True,
        state=DeliveryState.WAITING,
        created_at=now,
        next_try_at=now,
        give_up_at=now + TEST_LASTS,
    )
    session.add(delivery)
    session.flush()
    return delivery


def shown_texts(destination: Destination) -> dict[str, str]:
    """Return the settings that a page may show: all but the secrets."""
    return {
        field.name: destination.settings.get(field.name, field.default)
        for field in FIELDS[destination.kind]
        if not field.is_secret
    }


def kept_secrets(destination: Destination) -> frozenset[str]:
    """Return which secrets a destination has, by their names."""
    secrets: dict[str, str] = json.loads(destination.secrets)
    return frozenset(name for name, text in secrets.items() if text)


def _write(session: Session, destination: Destination, wish: Wish, *, stored: Mapping[str, str]) -> None:
    """Write what a form says into a destination, all or nothing."""
    problems: dict[str, str] = {}
    texts: dict[str, str] = {}
    typed = {name: text for name, text in wish.texts.items() if text or name not in stored}
    try:
        texts = checked(destination.kind, {**stored, **typed})
        kept = {name for name, text in stored.items() if text and name not in typed}
        problems |= would_be_told(destination.settings, texts, kept)
    except InvalidInputError as error:
        problems |= error.by_field
    name = on_one_line(wish.name)
    if not 1 <= len(name) <= MAX_DESTINATION_NAME:
        problems["name"] = f"Give it a name of 1 to {MAX_DESTINATION_NAME} characters."
    rate = _number(wish.rate_per_minute, FASTEST_RATE, "rate_per_minute", problems)
    hours = _number(wish.give_up_after_hours, LONGEST_PATIENCE_HOURS, "give_up_after_hours", problems)
    if wish.tenant_id is not None and session.get(Tenant, wish.tenant_id) is None:
        problems["tenant_id"] = "Choose a tenant."
    if not scope_of(session).includes(wish.tenant_id):
        problems["tenant_id"] = "Choose one of your tenants."
    if problems:
        raise InvalidInputError(by_field=problems)
    secret_names = {field.name for field in FIELDS[destination.kind] if field.is_secret}
    destination.name = name
    destination.tenant_id = wish.tenant_id
    destination.is_enabled = wish.is_enabled
    destination.rate_per_minute, destination.give_up_after_hours = rate, hours
    destination.settings = {name: text for name, text in texts.items() if name not in secret_names}
    destination.secrets = json.dumps(
        {name: text for name, text in texts.items() if name in secret_names and text}
    )


def _number(text: str, most: int, name: str, problems: dict[str, str]) -> int:
    stripped = text.strip()
    if stripped.isascii() and stripped.isdecimal() and len(stripped) < 6 and 1 <= int(stripped) <= most:
        return int(stripped)
    problems[name] = f"Give a whole number from 1 to {most:,}."
    return 1


def _hear_from_now_on(session: Session, destination: Destination, *, was_enabled: bool) -> None:
    """Let a hook for events that is used again hear of nothing that happened while it was not."""
    if destination.kind is DestinationKind.EVENTS and destination.is_enabled and not was_enabled:
        reading.begin(session, destination, horizon.ends_of(session))


def _test_of_alarms(
    destination: Destination, author: Author, now: datetime
) -> tuple[str, str, dict[str, Any]]:
    message = _test_message(destination, author, now)
    return message.key, subject_of(message), to_payload(message)


def _test_of_events(
    destination: Destination, author: Author, now: datetime
) -> tuple[str, str, dict[str, Any]]:
    text = f"{author.name} tests the web hook {destination.name}. Nothing happened."
    test = ToldEvent(id="test", topic=events.TEST, type=events.TEST, at=now, actor=author.name, text=text)
    message = EventMessage(key=_test_key(destination, now), number=0, at=now, events=[test])
    return message.key, message.subject[:MAX_DELIVERY_SUBJECT], of_events(message)


def _test_key(destination: Destination, now: datetime) -> str:
    return f"{destination.id:08d}test{now:%Y%m%d%H%M%S%f}".encode().hex()[:64]


def _test_message(destination: Destination, author: Author, now: datetime) -> Message:
    """Return the message of a test: an event, not an alarm, so that no receiver waits for its end."""
    kind = GENERAL_LOCAL_EVENT
    text = f"{author.name} tests the destination {destination.name}. No alarm was raised."
    alarm = ToldAlarm(
        id=0,
        type_name=kind.name,
        title="Test of a destination",
        reason=NoticeReason.TEST,
        severity=Severity.INFO,
        is_active=True,
        first_raised_at=now,
        last_raised_at=now,
        trap_oid=kind.trap_oid,
        event_type=kind.event_type,
        event_type_words=kind.event_type.words,
        cause=kind.cause,
        cause_words=kind.cause.words,
        text=text,
        source="Ringmaster",
    )
    return Message(
        key=_test_key(destination, now),
        group_key=f"test{destination.id:08d}".encode().hex(),
        group_title=f"The destination {destination.name}",
        reason=NoticeReason.TEST,
        severity=Severity.INFO,
        at=now,
        alarms=[alarm],
        told=1,
        active=1,
        phones=0,
    )


def _record(session: Session, destination: Destination, deed: str, author: Author, now: datetime) -> None:
    title = TITLES[destination.kind]
    journal.record(
        session,
        at=now,
        author=author,
        action=f"destination {deed}",
        subject=destination.name,
        text=f"{author.name} {deed} the destination {destination.name} ({title}).",
        tenant_id=destination.tenant_id,
    )
