"""Why a program changes something: a header of any request that does, for the journal."""

from typing import Any

from app.errors import InvalidInputError
from app.models.journal_entry import MAX_GIVEN_REASON
from app.rules.given_reasons import checked_reason

HEADER = "X-Reason"

PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": MAX_GIVEN_REASON},
    "description": "Why this is done: one line, in UTF-8. It stands in the journal with all that the request does, "
    "and with what an operation does later.",
}
"""The header as OpenAPI describes it, once for all addresses."""


def read_reason(sent: str) -> str:
    """Return the reason that a header has, or raise InvalidInputError; WSGI hands each byte over as a letter."""
    try:
        return checked_reason(sent.encode("latin-1").decode())
    except UnicodeError:
        raise InvalidInputError("The reason is not in UTF-8.", field=HEADER) from None
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=HEADER) from None
