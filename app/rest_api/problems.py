"""Errors as problem details (RFC 9457): one place that turns them into a status, a sentence and the fields."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RingmasterError,
    UnreachableError,
)

MEDIA_TYPE = "application/problem+json"

_STATUS_OF: dict[type[RingmasterError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    UnreachableError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class RefusedError(RingmasterError):
    """What HTTP has a word for, and services have not: a status, headers, and what the problem says besides."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def status_of(error: RingmasterError) -> HTTPStatus:
    """Return the status that an error is answered with."""
    if isinstance(error, RefusedError):
        return error.status
    kinds = (status for kind, status in _STATUS_OF.items() if isinstance(error, kind))
    return next(kinds, HTTPStatus.BAD_REQUEST)


def problem_of(error: RingmasterError) -> dict[str, Any]:
    """Return the problem of an error: ``errors`` name each value that is wrong, by the name of its field."""
    status = status_of(error)
    told = problem(status, str(error))
    if error.by_field:
        told["errors"] = [{"field": field, "detail": said} for field, said in error.by_field.items()]
    if isinstance(error, RefusedError):
        told |= error.more
    return told


def problem(status: HTTPStatus, detail: str) -> dict[str, Any]:
    """Return a problem that is no more than its status and a sentence."""
    return {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
