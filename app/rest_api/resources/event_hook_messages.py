"""Messages of web hooks for events: `/event-hooks/…/deliveries`, a test, and what became of each."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select

from app.models import Delivery
from app.models.enums import DeliveryState
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order
from app.rest_api.resources.event_hooks import ONE, hook_of, right_to
from app.rest_api.routes import Route
from app.security.roles import DELIVERY_LOG, TEST
from app.services.destinations import keeping


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


def test(call: Call[Any, Any]) -> Answer:
    """Sends a test, also to one that is not in use; the list of its messages says what became of it."""
    hook = hook_of(call, to_change=False)
    sent = keeping.send_test(call.session, hook, author=call.author, now=call.now)
    return Answer(_show_delivery(sent), HTTPStatus.ACCEPTED)


def list_deliveries(call: Call[DeliveriesQuery, Any]) -> Answer:
    """Lists the messages of a web hook, the newest first; they are kept for 30 days."""
    wanted = select(Delivery).where(Delivery.destination_id == hook_of(call, to_change=False).id)
    if call.query.state is not None:
        wanted = wanted.where(Delivery.state == call.query.state)
    return Answer(_DELIVERIES.page(call, wanted, call.query.sort, _show_delivery))


def _show_delivery(delivery: Delivery) -> DeliveryItem:
    return msgspec.convert(delivery, DeliveryItem, from_attributes=True)


ROUTES = (
    Route(
        method="POST", path="/event-hooks/{hook_id}/test", does=test, name="test_event_hook",
        summary="Send a test to a web hook", right=right_to(TEST), place=ONE, answers=DeliveryItem,
        status=HTTPStatus.ACCEPTED,
    ),
    Route(
        method="GET", path="/event-hooks/{hook_id}/deliveries", does=list_deliveries,
        name="list_event_hook_deliveries", summary="List the messages of a web hook",
        right=right_to("can_list", page=DELIVERY_LOG), place=ONE, query=DeliveriesQuery,
        answers=ItemPage[DeliveryItem],
    ),
)  # fmt: skip
