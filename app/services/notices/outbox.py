"""The outbox: which scheduler sends to which destination, and what became of each message (docs/decisions/0045).

A scheduler has a destination for a time, and sends its messages one after the other, each noted before the next. So
messages come in their order, a destination that is dead holds up nobody else, and where a scheduler is killed between
sending and noting, that one message is sent twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.models import Delivery, Destination
from app.models.destination import MAX_ANSWER
from app.models.enums import DeliveryState, DestinationKind
from app.rules import backoff
from app.rules.alarms.catalogue import DELIVERY_FAILING
from app.services.alarms.own import OwnAlarm, clear_own, raise_own

LEASE = timedelta(seconds=90)
"""How long a scheduler has a destination from each message that it notes: longer than any message takes."""
MOST_OF_ONE = 20
"""Messages that a scheduler takes of one destination at once."""
FAILING_AFTER = 3
"""Tries in a row that fail before an alarm says so."""
_MINUTE = timedelta(minutes=1)
Row = TypeVar("Row", Delivery, Destination)
_AT_MOST = 1_000
_NOBODY = ""
_TOO_LATE = "It could not be sent in time."


@dataclass(frozen=True, slots=True)
class Claim:
    """A destination that a scheduler has, and the messages to send to it, in their order."""

    destination: Destination
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: what the receiver answered, or what stood in the way.

    ``is_of_message``: the receiver refused this very message, so that others may be tried at once.
    """

    is_sent: bool
    answer: str
    is_of_message: bool = False


def find_due(session: Session, *, with_snmp: bool, now: datetime) -> Sequence[int]:
    """Return the destinations that have something to be sent and nobody who does it; only reads.

    ``with_snmp`` is for the one scheduler that has the SNMP engine.
    """
    due = _due(with_snmp=with_snmp, now=now).with_only_columns(Destination.id).order_by(Destination.id)
    return session.scalars(due.limit(_AT_MOST)).all()


def claim(
    session: Session, ids: Sequence[int], *, owner: str, room: int, with_snmp: bool, now: datetime
) -> Sequence[Claim]:
    """Give a scheduler some of these destinations, if nobody else took them meanwhile, with what is to be sent."""
    wanted = (
        _due(with_snmp=with_snmp, now=now)
        .where(Destination.id.in_(ids))
        .order_by(Destination.id)
        .limit(room)
        .with_for_update(of=Destination, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    claims = []
    for destination in session.scalars(wanted).all():
        deliveries = _next_of(session, destination, now)
        if deliveries:
            destination.owner, destination.lease_until = owner, now + LEASE
            claims.append(Claim(destination, deliveries))
    session.flush()
    return claims


def note(
    session: Session,
    delivery_id: int,
    outcome: Outcome,
    *,
    owner: str,
    chance: float,
    now: datetime,
) -> bool:
    """Note what became of a message; whether the scheduler still has the destination and may send the next one.

    ``chance`` from 0 to 1 spreads the times at which what failed is tried again.
    """
    # The destination's row first, as by whoever changes it or deletes it with its messages.
    its_destination = select(Delivery.destination_id).where(Delivery.id == delivery_id).scalar_subquery()
    destination = session.scalar(_locked(select(Destination).where(Destination.id == its_destination)))
    delivery = session.scalar(_locked(select(Delivery).where(Delivery.id == delivery_id)))
    if destination is None or delivery is None:
        return False
    if delivery.state is DeliveryState.SENT:
        return False  # another took the destination over meanwhile, and sent it again
    delivery.attempts += 1
    delivery.tried_at = now
    delivery.answer = outcome.answer[:MAX_ANSWER]
    if outcome.is_sent:
        _note_sent(session, delivery, destination, now)
    else:
        _note_failure(session, delivery, destination, outcome, chance, now)
    is_held: bool = destination.owner == owner
    if is_held:
        destination.lease_until = now + LEASE
    session.flush()
    return is_held and (outcome.is_sent or outcome.is_of_message or delivery.is_test)


def _locked(wanted: Select[Row]) -> Select[Row]:
    return wanted.with_for_update(key_share=True).execution_options(populate_existing=True)


def let_go(session: Session, destination_id: int, *, owner: str) -> None:
    """Let others have a destination whose messages were sent, or of which no more can be sent now."""
    session.execute(
        update(Destination)
        .where(Destination.id == destination_id, Destination.owner == owner)
        .values(owner=_NOBODY, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def find_too_late(session: Session, *, now: datetime) -> Sequence[int]:
    """Return what was not sent in the time that its destination gives it."""
    late = select(Delivery.id).where(Delivery.next_try_at.is_not(None), Delivery.give_up_at < now)
    return session.scalars(late.order_by(Delivery.id).limit(_AT_MOST)).all()


def give_up(session: Session, ids: Sequence[int], *, now: datetime) -> int:
    """Try these no longer, if they are still too late; return how many."""
    given_up = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.next_try_at.is_not(None), Delivery.give_up_at < now)
        .values(
            state=DeliveryState.GIVEN_UP,
            next_try_at=None,
            answer=func.coalesce(func.nullif(Delivery.answer, ""), _TOO_LATE),
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(given_up).all())


def stop_failing(session: Session, destination: Destination, *, now: datetime) -> None:
    """Forget that a destination failed, because it works again or is not used any more; its alarm is over."""
    if destination.failing_since is not None:
        clear_own(session, DELIVERY_FAILING, [("", destination.name)], now=now)
    destination.failures, destination.failing_since, destination.rests_until = 0, None, None
    destination.last_error = ""


def try_at_once(session: Session, destination: Destination, *, now: datetime) -> None:
    """Let what failed be tried again now: its destination was changed."""
    session.execute(
        update(Delivery)
        .where(Delivery.destination_id == destination.id, Delivery.state == DeliveryState.FAILED)
        .values(next_try_at=now)
        .execution_options(synchronize_session=False)
    )


def _due(*, with_snmp: bool, now: datetime) -> Select[Destination]:
    """Find destinations to send to; a test is sent also to one that is switched off or rests."""
    is_free = or_(Destination.lease_until.is_(None), Destination.lease_until < now)
    may_be_sent: ColumnElement[bool] = or_(
        Delivery.is_test,
        and_(Destination.is_enabled, or_(Destination.rests_until.is_(None), Destination.rests_until <= now)),
    )
    has_due = (
        select(Delivery.id)
        .where(Delivery.destination_id == Destination.id, Delivery.next_try_at <= now, may_be_sent)
        .correlate(Destination)
        .exists()
    )
    wanted = select(Destination).where(is_free, has_due)
    return wanted if with_snmp else wanted.where(Destination.kind != DestinationKind.SNMP)


def _next_of(session: Session, destination: Destination, now: datetime) -> Sequence[Delivery]:
    """Return the next messages for a destination, its tests first; no more than may leave within a minute."""
    due = (
        select(Delivery)
        .where(Delivery.destination_id == destination.id, Delivery.next_try_at <= now)
        .execution_options(populate_existing=True)
    )
    tests = session.scalars(due.where(Delivery.is_test).order_by(Delivery.id).limit(MOST_OF_ONE)).all()
    is_resting = destination.rests_until is not None and destination.rests_until > now
    if is_resting or not destination.is_enabled:
        return tests
    left = destination.rate_per_minute - _count_tried_since(session, destination, now - _MINUTE)
    if left < 1:
        _rest_until_minute_is_over(session, destination, now)
        return tests
    others = due.where(~Delivery.is_test).order_by(Delivery.id).limit(min(left, MOST_OF_ONE))
    return [*tests, *session.scalars(others).all()]


def _count_tried_since(session: Session, destination: Destination, at: datetime) -> int:
    tried = select(func.count()).where(
        Delivery.destination_id == destination.id, Delivery.tried_at > at, ~Delivery.is_test
    )
    return session.scalar(tried) or 0


def _rest_until_minute_is_over(session: Session, destination: Destination, now: datetime) -> None:
    first = select(func.min(Delivery.tried_at)).where(
        Delivery.destination_id == destination.id, Delivery.tried_at > now - _MINUTE, ~Delivery.is_test
    )
    destination.rests_until = (session.scalar(first) or now) + _MINUTE


def _note_sent(session: Session, delivery: Delivery, destination: Destination, now: datetime) -> None:
    delivery.state, delivery.sent_at, delivery.next_try_at = DeliveryState.SENT, now, None
    destination.last_sent_at = now
    stop_failing(session, destination, now=now)


def _note_failure(
    session: Session,
    delivery: Delivery,
    destination: Destination,
    outcome: Outcome,
    chance: float,
    now: datetime,
) -> None:
    if delivery.is_test:
        delivery.state, delivery.next_try_at = DeliveryState.GIVEN_UP, None
        return
    next_try_at = now + backoff.wait_after(delivery.attempts, chance=chance)
    if next_try_at > delivery.give_up_at:
        delivery.state, delivery.next_try_at = DeliveryState.GIVEN_UP, None
    else:
        delivery.state, delivery.next_try_at = DeliveryState.FAILED, next_try_at
    destination.failures += 1
    destination.failing_since = destination.failing_since or now
    destination.last_error = outcome.answer[:MAX_ANSWER]
    if not outcome.is_of_message:
        destination.rests_until = now + backoff.wait_after(destination.failures, chance=chance)
    if destination.failures == FAILING_AFTER:
        raise_own(session, [_failing(destination)], now=now)


def _failing(destination: Destination) -> OwnAlarm:
    text = f"Messages to {destination.name} cannot be delivered: {destination.last_error}"
    return OwnAlarm(kind=DELIVERY_FAILING, qualifier=destination.name, text=text)
