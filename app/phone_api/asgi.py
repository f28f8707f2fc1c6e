"""How requests and answers travel by ASGI: bodies are read up to their limit, files are streamed from the disk."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

from app.errors import InvalidInputError
from app.phone_api.messages import MAX_BODY_BYTES, FilePart, PhoneResponse, is_too_long

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_CHUNK = 256 * 1024
# A phone that takes less than 2 KB a second is given up: others wait for its place.
_LONGEST_FOR_CHUNK = 120.0
# Threads of their own, so that a slow disk holds up nothing but downloads.
_DISK = ThreadPoolExecutor(4, thread_name_prefix="disk")


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
    """Send an answer that is in memory; to a HEAD only what stands before its body."""
    await _send_head(response, send)
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})


async def send_file(response: PhoneResponse, part: FilePart, receive: Receive, send: Send) -> None:
    """Send an answer whose body is part of a file, no faster than the phone takes it.

    It ends early when the phone leaves, or has not taken a chunk for so long that it is given up; the connection is
    then closed by the server, because the body is not whole. The request's body must have been received.
    """
    await _send_head(response, send)
    sending = asyncio.create_task(_stream(part, send))
    leaving = asyncio.create_task(_leave(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        leaving.cancel()
        with suppress(TimeoutError, asyncio.CancelledError):
            await sending


async def _send_head(response: PhoneResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.raw_headers})


async def _leave(receive: Receive) -> None:
    """Return when the phone has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(part: FilePart, send: Send) -> None:
    loop = asyncio.get_running_loop()
    with _opened(part) as descriptor:
        for offset, length in _chunks(part):
            chunk = await loop.run_in_executor(_DISK, os.pread, descriptor, length, offset)
            async with asyncio.timeout(_LONGEST_FOR_CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


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
