"""Times that people type or browsers send: read in a zone, and none that no calendar of another zone has."""

from datetime import UTC, datetime, tzinfo

_YEARS = range(1970, 9000)
"""Times at the ends of what Python knows cannot be told in every zone."""


def read_time(text: str, zone: tzinfo) -> datetime:
    """Return a time in ISO 8601, in UTC; one without an offset is in the zone. ValueError for what is none."""
    typed = datetime.fromisoformat(text.strip())
    if typed.year not in _YEARS:
        raise ValueError("no time of these years")
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone)).astimezone(UTC)
