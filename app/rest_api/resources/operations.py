"""Operations: `/operations`, begun, listed, shown with their targets, paused, resumed, retried and rolled back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from app.errors import InvalidInputError, NotAllowedError
from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, Subject, TargetState, WaveState, Way
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.problems import RefusedError
from app.rest_api.resources.operation_orders import NewOperation, by_our_names, order_of
from app.rest_api.routes import Right, Route
from app.rules.actions import KINDS
from app.rules.api_tokens import Kind
from app.security.roles import OPERATIONS
from app.services.operations import reading, rolling_back, starting, steering, waves
from app.services.operations.rights import deed_of, right_to_begin
from app.services.operations.starting import Checked

_Sort = Literal["id", "-id"]
_SHOWN_OPTIONS = (
    "name", "version", "mode", "text", "seconds", "language", "vlan_mode", "generate", "only_changed", "decide",
    "release", "lines", "from_user",
)  # fmt: skip


class OperationItem(Struct, kw_only=True):
    """An operation: one action on many phones or users. `total` and `counts`, by state, are of the targets that the
    token sees; `percent` of them have ended. `options` are what the action was told, without secrets."""

    id: int
    action: Action
    title: str
    subject: Subject
    state: OperationState
    total: int
    counts: dict[str, int]
    percent: int
    options: dict[str, str | int | bool]
    batch_size: int
    delay_seconds: int
    patience_seconds: int
    deadline_seconds: int | None
    created_by: str
    reason: str
    created_at: datetime
    next_batch_at: datetime
    paused_by: str
    finished_at: datetime | None
    rolls_back: int | None


class WaveItem(Struct, kw_only=True):
    """A wave of a roll-out, how far its phones are, and what its gate found."""

    name: str
    state: WaveState
    counts: dict[str, int]
    began_at: datetime | None
    ended_at: datetime | None
    finding: str
    passed_over_by: str


class OneOperation(OperationItem, kw_only=True):
    """An operation with its waves, empty where it has none, and the operation that rolled it back."""

    waves: list[WaveItem]
    rolled_back_by: int | None


class TargetItem(Struct, kw_only=True):
    """A phone, by its MAC, or a user, by its id, and how far the operation has come with it."""

    id: int
    key: str
    label: str
    state: TargetState
    reason: str
    way: Way | None
    wave: int
    changed_at: datetime
    sent_at: datetime | None
    confirm_by: datetime | None
    next_try_at: datetime | None
    finding: str


class Retried(Struct, kw_only=True):
    """How many failed targets wait for their turn again."""

    retried: int


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
    page = _LISTING.page(call, wanted, call.query.sort, _show)
    progress = reading.progress_of(call.session, [item.id for item in page.items])
    for item in page.items:
        _add_progress(item, progress[item.id])
    return Answer(page)


def read(call: Call[Any, Any]) -> Answer:
    """Shows an operation, how far it is, and its waves."""
    return Answer(_one(call, _operation(call)))


def list_targets(call: Call[TargetsQuery, Any]) -> Answer:
    """Lists the targets of an operation that the token sees, in their order, with what became of each."""
    operation, query = _operation(call), call.query
    states = () if query.state is None else (query.state,)
    wanted = reading.targets_of(operation.id, states=states, words=query.q)
    return Answer(_TARGETS.page(call, wanted, query.sort, _show_target))


def begin(call: Call[Beginning, NewOperation]) -> Answer:
    """Begins an operation. The role has to allow the action; one that deletes is answered 409 with how much it deletes,
    and the same with `told` does it. A scheduler works it off, so it is followed at the address that is answered."""
    _check_may(call, *right_to_begin(call.body.action))
    try:
        order = order_of(call.session, call.body)
        if KINDS[order.action].deletes:
            _check_was_told(starting.check(call.session, order, now=call.now), call.query.told)
        operation = starting.start(call.session, order, author=call.author, now=call.now)
    except InvalidInputError as error:
        raise by_our_names(error) from None
    return Answer(_one(call, operation), HTTPStatus.CREATED, f"/operations/{operation.id}")


def pause(call: Call[Any, Any]) -> Answer:
    """Begins nothing more of an operation; what has begun ends by itself."""
    return _steered(call, steering.pause)


def resume(call: Call[Any, Any]) -> Answer:
    """Lets an operation go on where it was; one that its gate stopped goes on in spite of the gate."""
    return _steered(call, steering.resume)


def retry(call: Call[Any, Any]) -> Answer:
    """Lets all targets that failed wait for their turn again."""
    _check_may_steer(call)
    number = steering.retry_failed(call.session, call.place["operation_id"], author=call.author, now=call.now)
    return Answer(Retried(retried=number))


def roll_back(call: Call[Any, Any]) -> Answer:
    """Begins the operation that gives each phone back what it had before this one changed it."""
    _check_may_steer(call)
    undo = rolling_back.roll_back(call.session, call.place["operation_id"], author=call.author, now=call.now)
    return Answer(_one(call, undo), HTTPStatus.CREATED, f"/operations/{undo.id}")


def _operation(call: Call[Any, Any]) -> Operation:
    return reading.get_operation(call.session, call.place["operation_id"])


def _steered(call: Call[Any, Any], deed: Callable[..., Any]) -> Answer:
    _check_may_steer(call)
    deed(call.session, call.place["operation_id"], author=call.author, now=call.now)
    call.session.flush()
    return Answer(_one(call, _operation(call)))


def _check_may_steer(call: Call[Any, Any]) -> None:
    operation = _operation(call)
    _check_may(call, OPERATIONS, deed_of(operation.action))
    call.check_may_change(_one(call, operation))


def _check_may(call: Call[Any, Any], page: str, deed: str) -> None:
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


def _one(call: Call[Any, Any], operation: Operation) -> OneOperation:
    item: OneOperation = _show(operation, OneOperation, waves=_waves(call, operation), rolled_back_by=None)
    _add_progress(item, reading.progress_of(call.session, [operation.id])[operation.id])
    item.rolled_back_by = rolling_back.find_roll_back(call.session, operation.id)
    return item


def _waves(call: Call[Any, Any], operation: Operation) -> list[WaveItem]:
    return [
        WaveItem(
            name=stage.wave.name,
            state=stage.wave.state,
            counts={state.value: number for state, number in sorted(stage.counts.items())},
            began_at=stage.wave.began_at,
            ended_at=stage.wave.ended_at,
            finding=stage.wave.finding,
            passed_over_by=stage.wave.passed_over_by,
        )
        for stage in waves.read_stages(call.session, operation)
    ]


def _show(operation: Operation, kind: type[Any] = OperationItem, **besides: Any) -> Any:
    """Return an operation as it is shown, without how far it is, which is read for a whole page at once."""
    return kind(
        id=operation.id,
        action=operation.action,
        title=KINDS[operation.action].title,
        subject=operation.subject,
        state=operation.state,
        total=0,
        counts={},
        percent=0,
        options={name: operation.options[name] for name in _SHOWN_OPTIONS if name in operation.options},
        batch_size=operation.batch_size,
        delay_seconds=operation.delay_seconds,
        patience_seconds=operation.patience_seconds,
        deadline_seconds=operation.deadline_seconds,
        created_by=operation.created_by,
        reason=operation.given_reason,
        created_at=operation.created_at,
        next_batch_at=operation.next_batch_at,
        paused_by=operation.paused_by,
        finished_at=operation.finished_at,
        rolls_back=operation.undoes_id,
        **besides,
    )


def _add_progress(item: OperationItem, progress: reading.Progress) -> None:
    item.counts = {state.value: number for state, number in sorted(progress.counts.items())}
    item.total, item.percent = progress.total, progress.percent


def _show_target(target: OperationTarget) -> TargetItem:
    return TargetItem(
        id=target.id,
        key=target.key,
        label=target.label,
        state=target.state,
        reason=target.reason,
        way=target.way,
        wave=target.wave,
        changed_at=target.changed_at,
        sent_at=target.sent_at,
        confirm_by=target.confirm_by,
        next_try_at=target.next_try_at,
        finding=target.finding,
    )


def _right(*deeds: str) -> Right:
    return Right(kind=Kind.OPERATIONS, page=OPERATIONS, deeds=deeds)


def _steer(
    deed: str, does: Callable[[Call[Any, Any]], Answer], summary: str, answers: Any, **besides: Any
) -> Route:
    return Route(
        method="POST", path=f"/operations/{{operation_id}}/{deed}", does=does, name=f"{deed}_operation",
        summary=summary, right=_right("can_list"), place=_ONE, answers=answers, **besides,
    )  # fmt: skip


_ONE: dict[str, Any] = {"operation_id": RowId}

ROUTES: Sequence[Route] = (
    Route(
        method="GET", path="/operations", does=list_them, name="list_operations", summary="List operations",
        right=_right("can_list"), query=OperationsQuery, answers=ItemPage[OperationItem],
    ),
    Route(
        method="POST", path="/operations", does=begin, name="begin_operation", summary="Begin an operation",
        right=_right("can_list"), query=Beginning, body=NewOperation, answers=OneOperation,
        status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/operations/{operation_id}", does=read, name="show_operation",
        summary="Show an operation", right=_right("can_show"), place=_ONE, answers=OneOperation,
    ),
    Route(
        method="GET", path="/operations/{operation_id}/targets", does=list_targets,
        name="list_operation_targets", summary="List the targets of an operation", right=_right("can_show"),
        place=_ONE, query=TargetsQuery, answers=ItemPage[TargetItem],
    ),
    _steer("pause", pause, "Pause an operation", OneOperation),
    _steer("resume", resume, "Let an operation go on", OneOperation),
    _steer("retry", retry, "Try the failed again", Retried),
    _steer("rollback", roll_back, "Roll an operation back", OneOperation, status=HTTPStatus.CREATED),
)  # fmt: skip
