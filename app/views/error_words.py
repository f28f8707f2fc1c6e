"""What a page says of an error: what happened, and what to do about it; nothing of the inside."""

from dataclasses import dataclass
from http import HTTPStatus

NOT_PERMITTED = "You do not have permission to modify this item."


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """A heading, what happened, what to do, and the icon of Font Awesome that stands above them."""

    heading: str
    happened: str
    advice: str
    icon: str = "fa-circle-exclamation"


_WORDS = {
    HTTPStatus.BAD_REQUEST: ErrorWords(
        "That could not be understood",
        "The request cannot be understood. Nothing was changed.",
        "Go back, look at what was entered or at the address, and try again.",
    ),
    HTTPStatus.FORBIDDEN: ErrorWords(
        "Not permitted",
        NOT_PERMITTED,
        "Somebody who administers this installation can do it, or give your account another role or tenant.",
        "fa-lock",
    ),
    HTTPStatus.NOT_FOUND: ErrorWords(
        "Nothing here",
        "There is nothing at this address, or nothing that your account may see.",
        "It may have been deleted, or the address be mistyped. Search for it at the top, or begin at the start page.",
        "fa-compass",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ErrorWords(
        "Not to be opened like this",
        "This address does not take that kind of request.",
        "It is where a form is sent. Open the page with the form, and send it from there.",
    ),
    HTTPStatus.CONFLICT: ErrorWords(
        "Something stands against it",
        "Something that exists stands against it. Nothing was changed.",
        "Go back, look at how it is now, and try again.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorWords(
        "Too large",
        "What was sent is larger than this page takes. Nothing was kept of it.",
        "Send a smaller file, or fewer things at once.",
        "fa-weight-hanging",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ErrorWords(
        "Too many tries",
        "There were more tries than are taken in so short a time.",
        "Wait a moment, then try again.",
        "fa-hourglass-half",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: ErrorWords(
        "Something went wrong here",
        "Something went wrong here, and not with you. It has been logged.",
        "Try again in a moment. If it stays, tell who administers this installation the reference below.",
        "fa-bug",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ErrorWords(
        "Not available just now",
        "Another system that this page needs does not answer.",
        "Try again in a moment.",
        "fa-plug-circle-xmark",
    ),
}
CONCERNS_ALL_TENANTS = ErrorWords(
    "For all tenants",
    "This page concerns all tenants, and you have chosen one.",
    "Your choice is kept until you show all tenants again.",
    "fa-layer-group",
)
DATABASE_AWAY = ErrorWords(
    "The database does not answer",
    "Ringmaster cannot reach its database just now. What you sent was not saved; phones keep the files they have.",
    "Try again in a moment. Who administers this installation finds the reason in the log.",
    "fa-plug-circle-xmark",
)
DATABASE_BEHIND = ErrorWords(
    "Ringmaster is being brought up to date",
    "The database and this version of Ringmaster do not fit together yet, so nothing can be shown or saved.",
    "Try again in a few minutes. If it stays, who administers this installation runs the release step (run.py init).",
    "fa-wrench",
)


def words_of(status: HTTPStatus) -> ErrorWords:
    """Return what is said of a status, whatever it is."""
    found = _WORDS.get(status)
    if found is not None:
        return found
    return ErrorWords(status.phrase, f"{status.phrase}.", "Go back, or begin at the start page.")


def try_again_in(seconds: int) -> str:
    """Return when to try again, in words."""
    if seconds < 90:
        return f"Try again in {seconds} second{'' if seconds == 1 else 's'}."
    return f"Try again in {-(-seconds // 60)} minutes."
