"""What stands before Flask on the web listener: paths in their one form, and threads that are left for people."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus
from threading import Semaphore
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.phone_api.access import SLASHES
from app.phone_api.errors import refuse_busy
from app.phone_api.routes import PREFIXES

HELD = "ringmaster.held"
"""Where the environment of a phone's request has the ExitStack of what is held until it is answered."""
IS_STREAMED = "ringmaster.is_streamed"
"""What the environment has, true, where all of that is held until the answer has been sent."""

_STARTS = tuple(f"{prefix}/" for prefix in PREFIXES)


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


def _is_for_phones(path: str) -> bool:
    return path.lstrip("/").startswith(_STARTS)


def _refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    answer = refuse_busy("Phones have all the threads that the web server has for them. Try again later.")
    headers = [*answer.headers.items(), ("Content-Length", str(answer.length))]
    if (environ.get("CONTENT_LENGTH") or "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
        hang_up_receiving(environ)
        headers.append(("Connection", "close"))
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
