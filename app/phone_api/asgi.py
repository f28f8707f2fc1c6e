"""How requests and answers travel by ASGI: bodies are read up to their limit, files are streamed from the disk."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from app.errors import InvalidInputError
from app.phone_api.messages import MAX_BODY_BYTES, FilePart, PhoneResponse, is_too_long

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_CHUNK = 256 * 1024


def headers_of(scope: Message) -> dict[str, str]:
    """Return the headers by name; one that came several times has its values in their order, as RFC 9110 joins them."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def read_body(receive: Receive, headers: dict[str, str]) -> bytes | None:
    """Return the body, or None as soon as it is clear that it is longer than a phone's may be.

    Raises InvalidInputError when the sender leaves, or stops, before its end.
    """
    if is_too_long(headers.get("content-length", "")):
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise InvalidInputError("The body did not come whole.")
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body


async def send_response(response: PhoneResponse, send: Send, *, is_head: bool) -> None:
    """Send an answer; to a HEAD only what stands before its body."""
    start = {"type": "http.response.start", "status": response.status, "headers": response.raw_headers}
    await send(start)
    if response.file is not None and not is_head:
        await _stream(response.file, send)
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})


async def _stream(part: FilePart, send: Send) -> None:
    """Send a part of a file; the disk is read outside the event loop, and no faster than the phone takes it."""
    with _opened(part) as descriptor:
        for offset, length in _chunks(part):
            chunk = await asyncio.to_thread(os.pread, descriptor, length, offset)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


@contextmanager
def _opened(part: FilePart) -> Iterator[int]:
    descriptor = os.open(part.path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _chunks(part: FilePart) -> Iterable[tuple[int, int]]:
    end = part.offset + part.length
    return ((offset, min(_CHUNK, end - offset)) for offset in range(part.offset, end, _CHUNK))
