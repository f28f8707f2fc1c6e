"""The delivery log: which messages were sent, which could not be, and what receivers said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.errors import ConflictError, NotFoundError
from app.models import Delivery, Destination, GroupedNotice
from app.models.enums import DeliveryState
from app.services.paging import Page, page_of
from app.services.text_search import contains

MOST_NAMES = 500
MOST_OF_ALARM = 20
"""Messages about one alarm that are shown, the newest."""


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """What is looked for: words in the subject or the answer, a state, the name of a destination."""

    words: str = ""
    state: DeliveryState | None = None
    destination: str = ""


def search(session: Session, wanted: LogFilter, *, number: int, size: int) -> Page:
    """Return a page of deliveries, the newest first, with their destinations."""
    statement = select(Delivery).order_by(Delivery.id.desc()).options(selectinload(Delivery.destination))
    if wanted.state:
        statement = statement.where(Delivery.state == wanted.state)
    if wanted.destination:
        named = select(Destination.id).where(Destination.name_key == Destination.fold(wanted.destination))
        statement = statement.where(Delivery.destination_id.in_(named))
    if wanted.words:
        statement = statement.where(
            contains(Delivery.subject, wanted.words) | contains(Delivery.answer, wanted.words)
        )
    return page_of(session, statement, number=number, size=size)


def of_alarm(session: Session, alarm_id: int) -> Sequence[Delivery]:
    """Return the newest messages that told of an alarm, with their destinations, without reminders of many alarms."""
    told = select(GroupedNotice.delivery_id).where(GroupedNotice.alarm_id == alarm_id)
    about = select(Delivery).where(or_(Delivery.id.in_(told), Delivery.alarm_id == alarm_id))
    newest = about.order_by(Delivery.id.desc()).limit(MOST_OF_ALARM)
    return session.scalars(newest.options(selectinload(Delivery.destination))).all()


def destination_names(session: Session) -> Sequence[str]:
    """Return the names to choose from."""
    return session.scalars(select(Destination.name).order_by(Destination.name_key).limit(MOST_NAMES)).all()


def get_delivery(session: Session, delivery_id: int) -> Delivery:
    """Return a delivery that the account sees, or raise NotFoundError."""
    found = session.scalar(
        select(Delivery).where(Delivery.id == delivery_id).options(selectinload(Delivery.destination))
    )
    if found is None:
        raise NotFoundError("There is no such delivery, or your account does not see it.")
    return found


def try_again(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Let a message be tried again that failed or was given up, with all its time before it."""
    if delivery.is_test:
        raise ConflictError("A test is sent once; send another one on the page of its destination.")
    if delivery.state is DeliveryState.SENT:
        raise ConflictError("This message was sent; it is not sent twice.")
    delivery.state, delivery.next_try_at = DeliveryState.WAITING, now
    delivery.give_up_at = now + timedelta(hours=delivery.destination.give_up_after_hours)
    session.flush()


def count_waiting(session: Session, destination_ids: Collection[int]) -> dict[int, int]:
    """Return how many messages each of these destinations has that are still to be sent, tests not counted."""
    waiting = (
        select(Delivery.destination_id, func.count())
        .where(
            Delivery.destination_id.in_(destination_ids), Delivery.next_try_at.is_not(None), ~Delivery.is_test
        )
        .group_by(Delivery.destination_id)
    )
    return dict(session.execute(waiting).all())
