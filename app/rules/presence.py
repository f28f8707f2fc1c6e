"""What a phone's status is: what it says of itself, and when its silence means that it is disconnected."""

from datetime import datetime, timedelta

from app.errors import InvalidInputError
from app.models.enums import Status
from app.rules.sentences import quoted

_REPORTABLE = {status.value: status for status in Status if status is not Status.DISCONNECTED}


def silence_deadline(running_since: datetime, now: datetime, timeout: timedelta) -> datetime | None:
    """Return the moment before which a last contact means silence (manual 9.1, Disconnected Timeout).

    Only time in which phones could be heard counts: ``running_since`` is when the phone plane began to run
    without a gap, and None comes back until it has run for one full timeout.
    """
    deadline = now - timeout
    return deadline if running_since < deadline else None


def is_silent(seen_at: datetime, running_since: datetime, now: datetime, timeout: timedelta) -> bool:
    """Return whether nothing was heard for longer than ``timeout``, of time in which the phone plane ran."""
    deadline = silence_deadline(running_since, now, timeout)
    return deadline is not None and seen_at < deadline


def status_from_text(text: str) -> Status:
    """Return the status that a phone reports (protocol 2.4), without regard to case.

    InvalidInputError for any other word, and for ``disconnected``, which no phone can say of itself.
    """
    status = _REPORTABLE.get(text) or _REPORTABLE.get(text.strip().casefold())
    if status is None:
        raise InvalidInputError(f"{quoted(text)} is no status of a phone; send {', '.join(_REPORTABLE)}.")
    return status


def counts_as_registered(status: Status) -> bool:
    """Return whether the dashboard counts the phone as registered; started and offline ones are not."""
    return status is Status.REGISTERED
