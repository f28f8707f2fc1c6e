"""What stands before Flask on the web listener: paths in their one form, and threads that are left for people."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus
from threading import Semaphore
from typing import Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.phone_api.access import SLASHES
from app.phone_api.errors import refuse_busy
from app.phone_api.messages import MAX_BODY_BYTES
from app.phone_api.routes import PREFIXES

HELD = "ringmaster.held"
"""Where the environment of a phone's request has the ExitStack of what is held until it is answered."""
IS_STREAMED = "ringmaster.is_streamed"
"""What the environment has, true, where all of that is held until the answer has been sent."""

_PIECE = 64
_MOMENT_SECONDS = 0.05
_STARTS = tuple(f"{prefix}/" for prefix in PREFIXES)


class SupportsRead(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return as many bytes, fewer at the end."""


class NormalPaths:
    """WSGI middleware that gives phones' paths their one form before Flask sees them and would redirect."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, its path without doubled slashes where it is a phone's."""
        path = environ.get("PATH_INFO", "")
        if "//" in path:
            normal = SLASHES.sub("/", path)
            if _is_for_phones(normal):
                environ["PATH_INFO"] = normal
        return self._application(environ, start_response)


class PhoneThreads:
    """WSGI middleware that lets phones have at most so many threads at once; the others are told to come again.

    A thread counts until the answer is there, and where that is streamed until it has been sent, which a slow phone
    may draw out. A short answer goes to the kernel at once.
    """

    def __init__(self, application: WSGIApplication, *, most: int) -> None:
        self._application = application
        self._free = Semaphore(most)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or refuse a phone's before Flask and its body cost anything."""
        if not _is_for_phones(environ.get("PATH_INFO", "")):
            return self._application(environ, start_response)
        if not self._free.acquire(blocking=False):
            return _refuse(environ, start_response)
        held = ExitStack()
        held.callback(self._free.release)
        environ[HELD] = held
        try:
            body = self._application(environ, start_response)
        except BaseException:
            held.close()
            raise
        if environ.get(IS_STREAMED):
            return _Held(body, held)
        held.close()
        return body


class _Held:
    """The body of an answer that is streamed; when the server closes it, it lets go of what was held for it."""

    def __init__(self, body: Iterable[bytes], held: ExitStack) -> None:
        self._body = body
        self._held = held

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        with self._held:
            if hasattr(self._body, "close"):
                self._body.close()


def hang_up_receiving(environ: WSGIEnvironment) -> None:
    """Receive no more from the caller, whose body would else be waited for when the answer has been sent."""
    connection: socket.socket | None = environ.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):  # the caller has left
            connection.shutdown(socket.SHUT_RD)


def take_in(body: SupportsRead, most: int, seconds: float) -> bytes | None:
    """Return the body, its first ``most`` bytes where it is longer, or None where it takes longer to come.

    It is read in small pieces, because reading a piece lasts until all of it is there.
    """
    taken, deadline = b"", time.monotonic() + seconds
    while part := body.read(min(_PIECE, most - len(taken))):
        taken += part
        if time.monotonic() > deadline:
            return None
    return taken


def _is_for_phones(path: str) -> bool:
    return path.lstrip("/").startswith(_STARTS)


def _refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    answer = refuse_busy("Phones have all the threads that the web server has for them. Try again later.")
    headers = [*answer.sent_headers.items(), ("Content-Length", str(answer.length))]
    if not _has_sent_all(environ):
        hang_up_receiving(environ)
        headers.append(("Connection", "close"))
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


def _has_sent_all(environ: WSGIEnvironment) -> bool:
    """Whether the caller's body, if there is one, comes at once, so that his connection can be kept."""
    if (environ.get("CONTENT_LENGTH") or "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
        return True
    connection: socket.socket = environ["gunicorn.socket"]
    connection.settimeout(_MOMENT_SECONDS)
    try:
        taken = take_in(environ["wsgi.input"], MAX_BODY_BYTES + 1, _MOMENT_SECONDS)
    except Exception:  # noqa: BLE001 - each server has its own for a body that breaks off or is malformed
        return False
    finally:
        connection.settimeout(None)
    return taken is not None and len(taken) <= MAX_BODY_BYTES
