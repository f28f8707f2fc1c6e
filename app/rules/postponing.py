"""Phones that are not there when their turn comes: when they are tried again, and until when."""

from datetime import datetime, timedelta

DEADLINES = tuple(timedelta(hours=hours) for hours in (1, 8, 24, 72, 168, 720))
USUAL_DEADLINE = timedelta(days=3)
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=4)
_DOUBLINGS = 6


def next_try(tries: int, *, now: datetime) -> datetime:
    """Return when a phone that was not there so many times is tried again: after 5 minutes, doubling to 4 hours."""
    return now + min(_FIRST_PAUSE * (1 << min(tries - 1, _DOUBLINGS)), _LONGEST_PAUSE)
