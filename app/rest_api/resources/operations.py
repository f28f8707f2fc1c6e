"""Operations: `/operations`, begun, listed, and shown with their targets."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from app.errors import InvalidInputError, NotAllowedError
from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, TargetState
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.problems import RefusedError
from app.rest_api.resources.operation_bodies import (
    OneOperation,
    OperationItem,
    TargetItem,
    add_progress,
    show,
    show_one,
    show_target,
)
from app.rest_api.resources.operation_order_bodies import NewOperation
from app.rest_api.resources.operation_orders import by_our_names, order_of
from app.rest_api.routes import Right, Route
from app.rules.actions import KINDS
from app.rules.api_tokens import Kind
from app.security.roles import OPERATIONS
from app.services.operations import reading, starting
from app.services.operations.rights import right_to_begin
from app.services.operations.starting import Checked

_Sort = Literal["id", "-id"]


class OperationsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which operations are listed."""

    state: OperationState | None = None
    action: Action | None = None
    sort: _Sort = "-id"


class TargetsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which targets are listed."""

    state: TargetState | None = None
    q: Annotated[Words, Meta(description="A MAC address, or a part of what is shown.")] = ""
    sort: _Sort = "id"


class Beginning(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What an order is told: that its caller knows how much it deletes."""

    told: Annotated[
        str, Meta(max_length=100, description="For an action that deletes: the `told` of the answer 409.")
    ] = ""


_BY_ID = Order(Operation.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Operation] = Listing({"id": _BY_ID}, _BY_ID)
_TARGET_BY_ID = Order(OperationTarget.id, lambda row: row.id, said_as=int)
_TARGETS: Listing[OperationTarget] = Listing({"id": _TARGET_BY_ID}, _TARGET_BY_ID)


def list_them(call: Call[OperationsQuery, Any]) -> Answer:
    """Lists the operations of which the token sees a target, the newest first."""
    wanted = reading.seen(call.session, state=call.query.state)
    if call.query.action is not None:
        wanted = wanted.where(Operation.action == call.query.action)
    page = _LISTING.page(call, wanted, call.query.sort, show)
    progress = reading.progress_of(call.session, [item.id for item in page.items])
    for item in page.items:
        add_progress(item, progress[item.id])
    return Answer(page)


def read(call: Call[Any, Any]) -> Answer:
    """Shows an operation, how far it is, and its waves."""
    return Answer(show_one(call.session, operation_of(call)))


def list_targets(call: Call[TargetsQuery, Any]) -> Answer:
    """Lists the targets of an operation that the token sees, in their order, with what became of each."""
    operation, query = operation_of(call), call.query
    states = () if query.state is None else (query.state,)
    wanted = reading.targets_of(operation.id, states=states, words=query.q)
    return Answer(_TARGETS.page(call, wanted, query.sort, show_target))


def begin(call: Call[Beginning, NewOperation]) -> Answer:
    """Begins an operation. The role has to allow the action; one that deletes is answered 409 with how much it deletes,
    and the same with `told` does it. A scheduler works it off, so it is followed at the address that is answered."""
    check_may(call, *right_to_begin(call.body.action))
    try:
        order = order_of(call.session, call.body)
        if KINDS[order.action].deletes:
            _check_was_told(starting.check(call.session, order, now=call.now), call.query.told)
        operation = starting.start(call.session, order, author=call.author, now=call.now)
    except InvalidInputError as error:
        raise by_our_names(error) from None
    return Answer(show_one(call.session, operation), HTTPStatus.CREATED, f"/operations/{operation.id}")


def operation_of(call: Call[Any, Any]) -> Operation:
    """Return the operation that the address names, or raise NotFoundError."""
    return reading.get_operation(call.session, call.place["operation_id"])


def check_may(call: Call[Any, Any], page: str, deed: str) -> None:
    """Raise NotAllowedError where who calls may not do this."""
    if not call.caller.may(page, deed):
        raise NotAllowedError(f"The account {call.caller.username} may not do this with its tenants.")


def _check_was_told(checked: Checked, told: str) -> None:
    number = len(checked.targets)
    noun = f"{'user' if checked.is_of_users else 'phone'}{'' if number == 1 else 's'}"
    knows = f"{number}-{noun}"
    if told != knows:
        raise RefusedError(
            HTTPStatus.CONFLICT,
            f"It would delete something of {number:,} {noun}. Where that is meant, send the same with ?told=…, as this "
            "answer says it.",
            more={"told": knows},
        )


def right(*deeds: str) -> Right:
    """Return the right to do something with operations, as the screens have it."""
    return Right(kind=Kind.OPERATIONS, page=OPERATIONS, deeds=deeds)


ONE: dict[str, Any] = {"operation_id": RowId}

ROUTES: Sequence[Route] = (
    Route(
        method="GET", path="/operations", does=list_them, name="list_operations", summary="List operations",
        right=right("can_list"), query=OperationsQuery, answers=ItemPage[OperationItem],
    ),
    Route(
        method="POST", path="/operations", does=begin, name="begin_operation", summary="Begin an operation",
        right=right("can_list"), query=Beginning, body=NewOperation, answers=OneOperation,
        status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/operations/{operation_id}", does=read, name="show_operation",
        summary="Show an operation", right=right("can_show"), place=ONE, answers=OneOperation,
    ),
    Route(
        method="GET", path="/operations/{operation_id}/targets", does=list_targets,
        name="list_operation_targets", summary="List the targets of an operation", right=right("can_show"),
        place=ONE, query=TargetsQuery, answers=ItemPage[TargetItem],
    ),
)  # fmt: skip
