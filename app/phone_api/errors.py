"""The one place where errors become answers to phones: a status and one clear sentence."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RingmasterError,
    UnreachableError,
)
from app.logs import context
from app.phone_api.messages import PhoneRequest, PhoneResponse

SOON = range(15, 46)
LATER = range(60, 181)
ONCE_LICENSED = range(300, 901)
"""The seconds after which a phone is told to come again: for a report or a file, for firmware, and without a licence.

Each phone is told another number, or those that were refused together would come back together.
"""

_STATUS: tuple[tuple[type[RingmasterError], int], ...] = (
    (InvalidInputError, 400),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (UnreachableError, 503),
)
# PostgreSQL's codes for transactions that got in one another's way: serialization failure, deadlock.
_CONFLICT_CODES = ("40001", "40P01")

log = logging.getLogger(__name__)


def refuse(status: int, sentence: str, **headers: str) -> PhoneResponse:
    """Return an answer that says in one sentence why nothing was done."""
    return PhoneResponse(
        status, msgspec.json.encode({"error": sentence}), {"Content-Type": "application/json", **headers}
    )


def refuse_silently(status: int, sentence: str, reason: str, **headers: str) -> PhoneResponse:
    """Return a refusal that says no more than it has to; the provisioning log has the reason."""
    return replace(refuse(status, sentence, **headers), reason=reason)


def refusal_of(error: Exception, request: PhoneRequest) -> PhoneResponse:
    """Return the answer for an error; one that is not ours is a bug and is logged with its trace."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refuse(status, str(error))
    reference = context.current().reference or secrets.token_hex(4)
    with context.about(context.Request(reference, request.peer)):
        if is_database_away(error) or isinstance(error, OperationalError):
            log.error("The database did not answer %s %s: %s", request.method, request.path, _cause(error))
            return refuse_busy("The database cannot be reached. Try again later.")
        log.error("%s %s failed", request.method, request.path, exc_info=error)
    return refuse(500, f"The server could not handle this request; its log says why (reference {reference}).")


def refuse_busy(sentence: str, seconds: Sequence[int] = SOON) -> PhoneResponse:
    """Return 503 with the seconds after which to try again: one of these, by lot."""
    return refuse(503, sentence, **{"Retry-After": str(secrets.choice(seconds))})


def is_conflict(error: Exception) -> bool:
    """Whether another transaction got in the way, so that the same one, tried again, may well succeed."""
    if isinstance(error, IntegrityError):
        return True
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) in _CONFLICT_CODES


def is_database_away(error: Exception) -> bool:
    """Whether the database, rather than the statement, failed: unreachable, shutting down, or locked too long."""
    if isinstance(error, exc.TimeoutError):  # every connection of the pool is in use
        return True
    if not isinstance(error, DBAPIError) or is_conflict(error):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError)


def _cause(error: Exception) -> object:
    return error.orig if isinstance(error, DBAPIError) else error
