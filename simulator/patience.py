"""How long a phone waits when a busy server tells it to come again later."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 300.0


def wished_wait(status: int, retry_after: str, now: datetime) -> float | None:
    """The seconds to wait, at most 300; None when the answer asks for no wait.

    Only 503 with Retry-After asks for one, in seconds or as a date (RFC 9110, section 10.2.3).
    """
    text = retry_after.strip()
    if status != 503 or not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_SECONDS)
