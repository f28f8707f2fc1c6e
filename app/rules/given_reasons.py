"""Why somebody does something, as he says it: one line for the journal."""

from app.errors import InvalidInputError
from app.models.journal_entry import MAX_GIVEN_REASON
from app.rules.typed_names import checked_name


def checked_reason(text: str) -> str:
    """Return a reason as the journal keeps it, or raise InvalidInputError with what is wrong with it; it may be empty.

    Any script, composed (NFC), at most ``MAX_GIVEN_REASON`` characters, without line breaks or hidden characters.
    """
    return checked_name(text, "reason", MAX_GIVEN_REASON)


def reason_in(note: str) -> str:
    """Return a note as a reason, empty where it cannot be one: it has several lines, or is too long."""
    try:
        return checked_reason(note)
    except InvalidInputError:
        return ""
