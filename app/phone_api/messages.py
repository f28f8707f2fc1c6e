"""A phone's request and the answer to it, free of any web framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from app.phone_api.download_slots import Downloader
from app.rules.report_limits import within_limits

MAX_BODY_BYTES = 64 * 1024
_NO_GUESSING = ("X-Content-Type-Options", "nosniff")
"""Phones do not know it; a browser that somebody leads to a phone's address takes nothing there for a page."""


class PhoneRequest(msgspec.Struct, frozen=True):
    """One request: ``path`` is percent-decoded, header names are in lower case.

    ``peer`` is the address of the phone (or of the proxy it came through), as far as proxies in front are trusted;
    ``connection`` is the address that the connection comes from, trusted proxy or not. ``certificate`` is the MAC
    address of the certificate that the phone showed to a trusted proxy, which found it good. ``key`` is what stands in
    the address before the path, where a call is made of it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    connection: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def user_agent(self) -> str:
        """Return the User-Agent header as it can be stored; one that is too long says nothing (docs/decisions/0008)."""
        kept, _ = within_limits({"useragent": self.headers.get("user-agent", "")})
        return kept.get("useragent", "")


@dataclass(frozen=True, slots=True)
class FilePart:
    """Bytes of a file that the door streams: they are never read into memory whole.

    ``downloader`` is who receives them, where they are so many that it counts as a download.
    """

    path: Path
    offset: int
    length: int
    downloader: Downloader | None = None


@dataclass(frozen=True)
class PhoneResponse:
    """One answer: either ``body`` or ``file`` holds what is sent.

    ``reason`` is why it is a refusal, where the phone is not told.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    file: FilePart | None = None
    reason: str = ""

    @property
    def length(self) -> int:
        """Return how many bytes follow the headers, in bytes."""
        return self.file.length if self.file else len(self.body)

    @property
    def sent_headers(self) -> dict[str, str]:
        """Return what either door sends: the headers of the answer, and the one that all have."""
        name, value = _NO_GUESSING
        return {**self.headers, name: value}

    @cached_property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they go over the wire, with the length of what follows; a 304 has none (RFC 9110, 8.6)."""
        headers = {"Content-Length": str(self.length), **self.sent_headers}
        if self.status == 304:
            del headers["Content-Length"]
        return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def is_too_long(content_length: str) -> bool:
    """Whether a body of this declared length, given as the header's text, need not be read at all."""
    return content_length.isdecimal() and (len(content_length) > 9 or int(content_length) > MAX_BODY_BYTES)
