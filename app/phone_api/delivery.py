"""How a file is answered: HEAD, validators, 304, Range and gzip (RFC 9110), alike for stored text and for firmware."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from app.phone_api import preconditions
from app.phone_api.accept_encoding import prefers_gzip
from app.phone_api.messages import FilePart, PhoneRequest, PhoneResponse
from app.services import stored_files

VARIES = {"Vary": "Accept-Encoding"}
"""What a text carries that may be sent in two forms."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Gzip:
    """A text as a gzip stream."""

    stream: bytes

    def __len__(self) -> int:
        return len(self.stream)


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something to hand out: a text in memory, as it is or as a gzip stream, or a file on disk.

    ``size`` (in bytes) and ``etag`` (strong, in quotes) are those of the text or file itself.
    """

    content: bytes | Gzip | Path
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
    tag = preconditions.held_tag(request, item.etag, item.modified_at)
    if tag is not None:
        return not_modified(tag, item.headers)
    span = _requested_span(request, item)
    if span is not None:
        return _part(request, item, *span)
    if isinstance(item.content, Gzip) and prefers_gzip(request.headers.get("accept-encoding", "")):
        return _as_gzip(request, item, item.content.stream)
    return _response(request, 200, _headers(item, item.etag), _plain(item), 0, item.size)


def not_modified(tag: str, headers: Mapping[str, str]) -> PhoneResponse:
    """Return the answer to a phone that holds the file, in the form that has this tag."""
    return PhoneResponse(304, headers={"ETag": tag, "Cache-Control": "no-cache", **headers})


def _as_gzip(request: PhoneRequest, item: Deliverable, stream: bytes) -> PhoneResponse:
    headers = _headers(item, preconditions.gzip_tag(item.etag))
    headers["Content-Encoding"] = "gzip"
    return _response(request, 200, headers, stream, 0, len(stream))


def _part(request: PhoneRequest, item: Deliverable, first: int, length: int) -> PhoneResponse:
    """Return a part of the text: whoever asks for the parts of a file puts them together without unpacking."""
    headers = _headers(item, item.etag)
    if length <= 0:
        return PhoneResponse(416, headers={**headers, "Content-Range": f"bytes */{item.size}"})
    headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{item.size}"
    return _response(request, 206, headers, _plain(item), first, length)


def _headers(item: Deliverable, etag: str) -> dict[str, str]:
    return {
        "Content-Type": item.content_type,
        "ETag": etag,
        "Last-Modified": _http_date(int(item.modified_at.timestamp())),
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        **item.headers,
    }


# One Generate gives thousands of files the same second.
@lru_cache(maxsize=1024)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _plain(item: Deliverable) -> bytes | Path:
    return stored_files.unzip(item.content.stream) if isinstance(item.content, Gzip) else item.content


def _response(
    request: PhoneRequest,
    status: int,
    headers: dict[str, str],
    content: bytes | Path,
    first: int,
    length: int,
) -> PhoneResponse:
    if request.method == "HEAD":
        return PhoneResponse(status, headers={**headers, "Content-Length": str(length)})
    if isinstance(content, Path):
        return PhoneResponse(status, headers=headers, file=FilePart(content, first, length))
    return PhoneResponse(status, content[first : first + length], headers)


def _requested_span(request: PhoneRequest, item: Deliverable) -> tuple[int, int] | None:
    """Return offset and length of a single byte range; a length of 0 or less cannot be satisfied.

    None is the whole file: no range, several of them, a malformed one, or one for another version (If-Range).
    """
    wanted = request.headers.get("range")
    match = _RANGE.fullmatch(wanted.replace(" ", "")) if wanted else None
    if match is None or match.groups() == ("", ""):
        return None
    if not preconditions.is_for_this_version(request, item.etag, item.modified_at):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), item.size)
        return item.size - length, length
    if last and int(last) < int(first):
        return None
    end = min(int(last), item.size - 1) if last else item.size - 1
    return int(first), end - int(first) + 1
