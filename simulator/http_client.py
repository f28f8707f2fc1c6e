"""HTTP/1.1 as a phone needs it: one request after the other on a connection, and answers however they are framed."""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urlsplit

from simulator.wire import Wire

LONGEST_HEAD_BYTES = 64 * 1024
_URLS_REMEMBERED = 1024
_PORTS = {"http": 80, "https": 443}
_AS_WRITTEN = "/%:=&?~#+!$,;'@()*[]"
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: |\r|$)")


class NotHttpError(ValueError):
    """The server said something that is no answer by HTTP."""


class HungUpError(ConnectionError):
    """The server hung up before the answer's first byte."""


class CutOffError(ConnectionError):
    """The server hung up in the middle of its answer."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection leads to."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Place:
    """A URL taken apart: whom to call, whom to name as the host, and what to ask for."""

    origin: Origin
    host: str
    target: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the body; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    minor_version: int

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on the connection."""
        wish = self.headers.get("connection", "").lower()
        return "close" not in wish and (self.minor_version == 1 or "keep-alive" in wish)


@dataclass(slots=True)
class Received:
    """An answer as far as it was wanted; ``is_over`` when it ended before that and the connection may be kept."""

    head: Head
    body: bytearray = field(default_factory=bytearray)
    is_over: bool = False


@lru_cache(_URLS_REMEMBERED)  # reports and included files have the same URL for all phones
def read_url(url: str) -> Place:
    """Take a URL apart; raises ValueError when it is none, or none of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("the address is none of http")
    port = parts.port or _PORTS[parts.scheme]
    target = quote(parts.path or "/", safe=_AS_WRITTEN)
    if parts.query:
        target += "?" + quote(parts.query, safe=_AS_WRITTEN)
    return Place(Origin(parts.scheme, parts.hostname, port), parts.netloc.rpartition("@")[2], target)


def request_text(method: str, place: Place, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Return a whole request as it is sent."""
    lines = [f"{method} {place.target} HTTP/1.1", f"Host: {place.host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + (body or b"")


async def exchange(
    wire: Wire, request: bytes, most_bytes: int | None, is_moving: Callable[[], None]
) -> Received:
    """Send a request and return its answer, with as many bytes of the body as are wanted.

    ``most_bytes`` of None: all of the body is received and none is kept. ``is_moving`` is called for each part.
    """
    wire.send(request)
    head = await _head(wire)
    received = Received(head)
    async with aclosing(_body(wire, head)) as parts:
        async for part in parts:
            is_moving()
            if most_bytes is None:
                continue
            received.body += part[: most_bytes - len(received.body)]
            if len(received.body) >= most_bytes:
                return received
    received.is_over = True
    return received


async def _head(wire: Wire) -> Head:
    while True:
        head = _parsed_head(await _up_to(wire, b"\r\n\r\n"))
        if head.status >= 200:
            return head


async def _up_to(wire: Wire, mark: bytes) -> bytes:
    """Return what comes before the mark, and take both off the wire."""
    received = wire.received
    while (end := received.find(mark)) < 0:
        if len(received) > LONGEST_HEAD_BYTES:
            raise NotHttpError("there is no end to what precedes the body")
        if not await wire.more():
            raise CutOffError("in the head") if received else HungUpError("before the answer")
    found = bytes(received[:end])
    del received[: end + len(mark)]
    return found


def _parsed_head(text: bytes) -> Head:
    status_line, *lines = text.split(b"\r\n")
    found = _STATUS_LINE.match(status_line)
    if found is None:
        raise NotHttpError("there is no status line")
    headers = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return Head(int(found[2]), headers, int(found[1]))


def _body(wire: Wire, head: Head) -> AsyncGenerator[bytes, None]:
    if head.status in {204, 304}:
        return _counted(wire, 0)
    if "chunked" in head.headers.get("transfer-encoding", "").lower():
        return _chunked(wire)
    length = head.headers.get("content-length")
    if length is None:
        return _until_closed(wire)
    if not length.isdecimal():
        raise NotHttpError("the length is no number")
    return _counted(wire, int(length))


async def _counted(wire: Wire, length: int) -> AsyncGenerator[bytes, None]:
    while length:
        if not wire.received and not await wire.more():
            raise CutOffError("in the body")
        part = bytes(wire.received[:length])
        del wire.received[:length]
        length -= len(part)
        yield part


async def _chunked(wire: Wire) -> AsyncGenerator[bytes, None]:
    while True:
        size = _chunk_size(await _up_to(wire, b"\r\n"))
        async with aclosing(_counted(wire, size)) as parts:
            async for part in parts:
                yield part
        if not size:
            break
        await _up_to(wire, b"\r\n")
    while await _up_to(wire, b"\r\n"):
        pass  # trailers say nothing to a phone


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError as error:
        raise NotHttpError("the size of a chunk is no number") from error


async def _until_closed(wire: Wire) -> AsyncGenerator[bytes, None]:
    while wire.received or await wire.more():
        part = bytes(wire.received)
        wire.received.clear()
        yield part
