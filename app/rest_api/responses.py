"""What is sent back: an answer with its tag, and what went wrong as a problem."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from app.rest_api.calls import Answer, SentFile
from app.rest_api.etags import Conditions, etag_of
from app.rest_api.problems import MEDIA_TYPE, problem
from app.rest_api.routes import BENEATH
from app.rest_api.writing import encode

JSON = "application/json"
_SECONDS_UNTIL_THE_DATABASE_IS_ASKED_AGAIN = 15

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Response:
    """Bytes, or a file, with their status and headers."""

    status: HTTPStatus
    body: bytes | SentFile = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_problem(
    status: HTTPStatus, told: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    """Return the response of a problem; none of them is kept by anybody."""
    return Response(
        status, encode(told), {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **(headers or {})}
    )


def refused(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response of a problem that is a sentence."""
    return as_problem(status, problem(status, detail), headers)


def refused_by_database(error: SQLAlchemyError) -> Response:
    """Return what the database stands against, as a problem; an error that is a bug is raised again."""
    if isinstance(error, IntegrityError):
        return refused(
            HTTPStatus.CONFLICT, "Something that exists, or came about at this moment, stands against it."
        )
    # A time near the end of the calendar overflows on its way into UTC.
    if isinstance(error, DataError) or isinstance(getattr(error, "orig", None), OverflowError):
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, "A value is too long or out of range.")
    if isinstance(error, (OperationalError, InterfaceError, NoConnectionError)):
        log.warning("The database failed: %s", getattr(error, "orig", None) or type(error).__name__)
        return refused(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The database does not answer just now. Nothing was changed.",
            {"Retry-After": str(_SECONDS_UNTIL_THE_DATABASE_IS_ASKED_AGAIN)},
        )
    raise error


def as_response(answer: Answer, written: bytes, conditions: Conditions | None) -> Response:
    """Return an answer as it is sent, ``written`` its body; ``conditions`` are those of what only reads."""
    headers = {"Cache-Control": "private, no-cache", **answer.headers}
    if answer.location:
        headers["Location"] = BENEATH + answer.location
    if answer.content is None:
        return Response(answer.status, b"", headers)
    if isinstance(answer.content, SentFile):
        return Response(answer.status, answer.content, headers)
    etag = etag_of(written)
    headers["ETag"] = f'"{etag}"'
    if conditions is not None and conditions.is_known(etag):
        return Response(HTTPStatus.NOT_MODIFIED, b"", headers)
    return Response(answer.status, written, {**headers, "Content-Type": JSON})
