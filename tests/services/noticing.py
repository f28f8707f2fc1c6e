"""What the tests of notices and destinations share: destinations, alarms, and notices of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm, Delivery, Destination
from app.models.enums import ClearedBy, DestinationKind, NoticeReason
from app.rendering.notices.message import Message, from_payload
from app.services.author import Author
from app.services.destinations import keeping
from app.services.destinations.fields import defaults_of
from app.services.destinations.keeping import Wish
from app.services.notices import putting, telling
from app.services.notices.putting import Group, Notice
from tests import factories
from tests.factories import NOW

ALICE = Author("alice", "192.0.2.1")
SECONDS = timedelta(seconds=1)
LATER = NOW + timedelta(minutes=1)
NEEDED: dict[DestinationKind, dict[str, str]] = {
    DestinationKind.MAIL: {
        "host": "127.0.0.1",
        "sender": "ringmaster@acme.com",
        "recipients": "noc@acme.com",
    },
    DestinationKind.SNMP: {"host": "127.0.0.1", "community": "secret-public"},
    DestinationKind.WEBHOOK: {"url": "https://127.0.0.1/alarms", "secret": "signing-secret"},
    DestinationKind.SYSLOG: {"host": "127.0.0.1"},
    DestinationKind.EVENTS: {
        "url": "https://127.0.0.1/events",
        "secret": "signing-secret",
        "topics": "users",
    },
}


def wish(kind: DestinationKind, name: str = "Operations", **changed: Any) -> Wish:
    """Return what a form says of a destination; what is no field of all destinations is one of its kind's."""
    common = {
        "tenant_id": None,
        "is_enabled": True,
        "rate_per_minute": "600",
        "give_up_after_hours": "24",
        "removed": frozenset(),
    }
    of_all = {key: changed.pop(key, value) for key, value in common.items()}
    return Wish(name=name, texts={**defaults_of(kind), **NEEDED[kind], **changed}, **of_all)


def make_destination(
    session: Session, kind: DestinationKind = DestinationKind.MAIL, name: str = "Operations", **changed: Any
) -> Destination:
    """Add a destination."""
    return keeping.add(session, kind, wish(kind, name, **changed), author=ALICE, now=NOW)


def make_alarms(session: Session, number: int, **fields: Any) -> Sequence[Alarm]:
    """Add alarms of so many phones of one site."""
    tenant = factories.make_tenant(session, f"emea{factories.next_mac()}")
    site = factories.make_site(session, "Berlin", tenant=tenant)
    values = {"tenant": tenant, "site": site, **fields}
    return [factories.make_alarm(session, **{"mac": factories.next_mac(), **values}) for _ in range(number)]


def row_of(session: Session, alarm: Alarm) -> dict[str, Any]:
    """Return an alarm as the board has it."""
    session.flush()
    table = table_of(Alarm)
    return dict(session.execute(select(*table.columns).where(table.c.id == alarm.id)).mappings().one())


def put(
    session: Session,
    destination: Destination,
    alarms: Sequence[Alarm],
    reason: NoticeReason = NoticeReason.RAISE,
    *,
    step: str = "",
    now: datetime = NOW,
    phones: int = 1,
    group: Group | None = None,
) -> int:
    """Put a notice of each alarm for a destination."""
    notices = [
        Notice(
            destination_id=destination.id,
            reason=reason,
            alarm=row_of(session, alarm),
            group=group or Group(rule_key="rule", key="emea/Berlin", title="emea/Berlin"),
            step=step or reason,
            phones=phones,
        )
        for alarm in alarms
    ]
    return putting.put(session, notices, now=now)


def tell(session: Session, now: datetime = LATER) -> int:
    """Make deliveries of what is due."""
    return telling.tell(session, telling.find_due(session, now=now), now=now)


def end(session: Session, alarms: Sequence[Alarm], now: datetime = NOW) -> None:
    """Clear alarms."""
    ids = [alarm.id for alarm in alarms]
    cleared = update(Alarm).where(Alarm.id.in_(ids)).values(cleared_at=now, cleared_by=ClearedBy.STATE)
    session.execute(cleared)
    session.expire_all()


def deliveries(session: Session) -> Sequence[Delivery]:
    """Return all deliveries, in their order."""
    session.expire_all()
    return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def messages(session: Session) -> list[Message]:
    """Return what all deliveries say."""
    return [from_payload(delivery.payload) for delivery in deliveries(session)]
