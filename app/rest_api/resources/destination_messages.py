"""Messages of destinations and of web hooks for events: how each is, a test, `…/deliveries`, what became of them."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select

from app.models import Delivery, EventPlace
from app.models.enums import DeliveryState
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order
from app.rest_api.resources.alarm_destinations import DESTINATIONS_OF_ALARMS
from app.rest_api.resources.event_hooks import HOOKS
from app.rest_api.resources.receivers import Receivers
from app.rest_api.routes import Route
from app.security.roles import DELIVERY_LOG, TEST
from app.services.destinations import keeping
from app.services.notices import delivery_log


class DestinationState(Struct, kw_only=True):
    """How one is: what waits for it, and since when nothing could be delivered, and why."""

    is_enabled: bool
    waiting: int
    last_sent_at: datetime | None
    failing_since: datetime | None
    last_error: str


class HookState(DestinationState, kw_only=True):
    """How a web hook is: since when nothing could be delivered, and why; `number` is that of its last message."""

    number: int


class DeliveryItem(Struct, kw_only=True):
    """A message: `key` is its header `X-Ringmaster-Delivery`, `answer` what was answered or what stood in the way."""

    id: int
    key: str
    subject: str
    is_test: bool
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    answer: str


class DeliveriesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which messages are listed, and in which order."""

    state: DeliveryState | None = None
    sort: Literal["id", "-id"] = "-id"


_BY_AGE = Order(Delivery.id, lambda row: row.id, said_as=int)
_DELIVERIES: Listing[Delivery] = Listing({"id": _BY_AGE}, _BY_AGE)


def read_state(receivers: Receivers, state: type[DestinationState], call: Call[Any, Any]) -> Answer:
    """Shows whether it works, and what waits for it."""
    found = receivers.get(call, to_change=False)
    said: dict[str, Any] = {
        "is_enabled": found.is_enabled,
        "waiting": delivery_log.count_waiting(call.session, [found.id]).get(found.id, 0),
        "last_sent_at": found.last_sent_at,
        "failing_since": found.failing_since,
        "last_error": found.last_error,
    }
    if state is HookState:
        place = call.session.get(EventPlace, found.id)
        said["number"] = place.number if place else 0
    return Answer(state(**said))


def test(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Sends a test, also to one that is not in use; the list of its messages says what became of it."""
    found = receivers.get(call, to_change=True)
    call.check_may_change(receivers.show(call, found))
    sent = keeping.send_test(call.session, found, author=call.author, now=call.now)
    return Answer(_show_delivery(sent), HTTPStatus.ACCEPTED)


def list_deliveries(receivers: Receivers, call: Call[DeliveriesQuery, Any]) -> Answer:
    """Lists the messages of a receiver, the newest first; they are kept for 30 days."""
    wanted = select(Delivery).where(Delivery.destination_id == receivers.get(call, to_change=False).id)
    if call.query.state is not None:
        wanted = wanted.where(Delivery.state == call.query.state)
    return Answer(_DELIVERIES.page(call, wanted, call.query.sort, _show_delivery))


def _show_delivery(delivery: Delivery) -> DeliveryItem:
    return msgspec.convert(delivery, DeliveryItem, from_attributes=True)


def _routes_of(receivers: Receivers, state: type[DestinationState]) -> Iterator[Route]:
    path, place, noun = receivers.one, receivers.place, receivers.noun
    yield Route(
        method="GET", path=f"{path}/state", does=partial(read_state, receivers, state),
        name=f"show_{receivers.name}_state", summary=f"Show how a {noun} is", right=receivers.right("can_list"),
        place=place, answers=state,
    )  # fmt: skip
    yield Route(
        method="POST", path=f"{path}/test", does=partial(test, receivers), name=f"test_{receivers.name}",
        summary=f"Send a test to a {noun}", right=receivers.right(TEST), place=place, answers=DeliveryItem,
        status=HTTPStatus.ACCEPTED,
    )  # fmt: skip
    yield Route(
        method="GET", path=f"{path}/deliveries", does=partial(list_deliveries, receivers),
        name=f"list_{receivers.name}_deliveries", summary=f"List the messages of a {noun}",
        right=receivers.right("can_list", page=DELIVERY_LOG), place=place, query=DeliveriesQuery,
        answers=ItemPage[DeliveryItem],
    )  # fmt: skip


ROUTES = (*_routes_of(HOOKS, HookState), *_routes_of(DESTINATIONS_OF_ALARMS, DestinationState))
