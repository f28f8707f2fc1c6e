"""How a file is answered: HEAD, validators, 304 and Range (RFC 9110), alike for stored text and for firmware."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import TypeAlias

from app.phone_api.messages import FilePart, PhoneRequest, PhoneResponse

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something to hand out: text in memory, or a file on disk. ``etag`` is strong and in quotes."""

    content: bytes | Path
    size: int
    etag: str
    modified_at: datetime
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


Answer: TypeAlias = PhoneResponse | Deliverable
"""What an endpoint answers: a response, or something that becomes one by what the phone asks and already holds."""


def respond(request: PhoneRequest, answer: Answer) -> PhoneResponse:
    """Return the response to a request."""
    return deliver(request, answer) if isinstance(answer, Deliverable) else answer


def deliver(request: PhoneRequest, item: Deliverable) -> PhoneResponse:
    """Answer a GET, a HEAD, or the POST that some phones use to read a file."""
    headers = {
        "ETag": item.etag,
        "Last-Modified": format_datetime(
            item.modified_at.astimezone(UTC).replace(microsecond=0), usegmt=True
        ),
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        **item.headers,
    }
    if _is_not_modified(request, item):
        return PhoneResponse(304, headers=headers)
    headers["Content-Type"] = item.content_type
    span = _requested_span(request, item)
    if span is None:
        return _part(request, item, headers, 200, 0, item.size)
    first, length = span
    if length <= 0:
        return PhoneResponse(416, headers={**headers, "Content-Range": f"bytes */{item.size}"})
    headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{item.size}"
    return _part(request, item, headers, 206, first, length)


def _part(
    request: PhoneRequest, item: Deliverable, headers: dict[str, str], status: int, first: int, length: int
) -> PhoneResponse:
    if request.method == "HEAD":
        return PhoneResponse(status, headers={**headers, "Content-Length": str(length)})
    if isinstance(item.content, Path):
        return PhoneResponse(status, headers=headers, file=FilePart(item.content, first, length))
    return PhoneResponse(status, item.content[first : first + length], headers)


def _is_not_modified(request: PhoneRequest, item: Deliverable) -> bool:
    """Whether the phone holds what would be sent; If-None-Match goes before the date (RFC 9110, 13.2.2)."""
    if request.method == "POST":
        return False
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return "*" in tags or item.etag in tags
    since = _date(request.headers.get("if-modified-since", ""))
    return since is not None and item.modified_at.replace(microsecond=0) <= since


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _requested_span(request: PhoneRequest, item: Deliverable) -> tuple[int, int] | None:
    """Return offset and length of a single byte range; a length of 0 or less cannot be satisfied.

    None is the whole file: no range, several of them, a malformed one, or one for another version (If-Range).
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if match is None or match.groups() == ("", "") or not _is_for_this_version(request, item):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), item.size)
        return item.size - length, length
    if last and int(last) < int(first):
        return None
    end = min(int(last), item.size - 1) if last else item.size - 1
    return int(first), end - int(first) + 1


def _is_for_this_version(request: PhoneRequest, item: Deliverable) -> bool:
    condition = request.headers.get("if-range")
    if condition is None or condition == item.etag:
        return True
    date = _date(condition)
    return date is not None and item.modified_at.replace(microsecond=0) == date
