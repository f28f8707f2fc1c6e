"""What a phone says that it holds: If-None-Match, If-Modified-Since and If-Range (RFC 9110, 13)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.phone_api.messages import PhoneRequest


def gzip_tag(etag: str) -> str:
    """Return the strong validator of the gzip form, from that of the text: each form has its own (8.8.3.3)."""
    return f'{etag[:-1]}-gzip"'


def are_in(request: PhoneRequest) -> bool:
    """Whether the request may be answered with 304; a POST, by which some phones read files, never is."""
    headers = request.headers
    return ("if-none-match" in headers or "if-modified-since" in headers) and request.method != "POST"


def held_tag(request: PhoneRequest, etag: str, modified_at: datetime) -> str | None:
    """Return the tag of what the phone holds, if that is what it would be sent, in whichever form; else None.

    If-None-Match goes before the date (13.2.2). Where no tag says which form it is, the tag is that of the text.
    """
    if not are_in(request):
        return None
    wanted = request.headers.get("if-none-match")
    if wanted is None:
        since = _date(request.headers["if-modified-since"])
        return etag if since is not None and modified_at.replace(microsecond=0) <= since else None
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    if "*" in tags:
        return etag
    return next((tag for tag in (etag, gzip_tag(etag)) if tag in tags), None)


def is_for_this_version(request: PhoneRequest, etag: str, modified_at: datetime) -> bool:
    """Whether a range, if it names a version (If-Range), names this one: ranges are of the text."""
    condition = request.headers.get("if-range")
    if condition is None or condition == etag:
        return True
    date = _date(condition)
    return date is not None and modified_at.replace(microsecond=0) == date


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
