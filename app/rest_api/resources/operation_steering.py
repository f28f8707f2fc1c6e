"""What is done to an operation that has begun: `/operations/{id}/pause`, `…/resume`, `…/retry` and `…/rollback`."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from app.rest_api.calls import Answer, Call
from app.rest_api.resources.operation_bodies import OneOperation, show_one
from app.rest_api.resources.operations import ONE, check_may, operation_of, right
from app.rest_api.routes import Route
from app.security.roles import OPERATIONS
from app.services.operations import rolling_back, steering
from app.services.operations.rights import deed_of


class Retried(Struct, kw_only=True):
    """How many failed targets wait for their turn again."""

    retried: int


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
    return Answer(show_one(call.session, undo), HTTPStatus.CREATED, f"/operations/{undo.id}")


def _steered(call: Call[Any, Any], deed: Callable[..., Any]) -> Answer:
    _check_may_steer(call)
    deed(call.session, call.place["operation_id"], author=call.author, now=call.now)
    call.session.flush()
    return Answer(show_one(call.session, operation_of(call)))


def _check_may_steer(call: Call[Any, Any]) -> None:
    operation = operation_of(call)
    check_may(call, OPERATIONS, deed_of(operation.action))
    call.check_may_change(show_one(call.session, operation))


def _steer(
    deed: str, does: Callable[[Call[Any, Any]], Answer], summary: str, answers: Any, **besides: Any
) -> Route:
    return Route(
        method="POST", path=f"/operations/{{operation_id}}/{deed}", does=does, name=f"{deed}_operation",
        summary=summary, right=right("can_list"), place=ONE, answers=answers, **besides,
    )  # fmt: skip


ROUTES = (
    _steer("pause", pause, "Pause an operation", OneOperation),
    _steer("resume", resume, "Let an operation go on", OneOperation),
    _steer("retry", retry, "Try the failed again", Retried),
    _steer("rollback", roll_back, "Roll an operation back", OneOperation, status=HTTPStatus.CREATED),
)
