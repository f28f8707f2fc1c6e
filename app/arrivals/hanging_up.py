"""Senders who stop, or send a byte now and then, must not keep a thread of the screens for ever."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

LOOKS_EVERY_SECONDS = 60.0
LEAST_BYTES = 256 * 1024
"""What has to come between two looks (the same as what a phone has to take of a download, docs/decisions/0013)."""


@dataclass
class Progress:
    """How many bytes have come so far."""

    taken: int = 0


@contextmanager
def hung_up_when_stalled(
    environ: WSGIEnvironment, *, every: float = LOOKS_EVERY_SECONDS
) -> Iterator[Progress]:
    """Yield where to count the bytes that come; a caller who sends too few is received no more.

    To read a piece lasts until all of it is there, so that somebody else has to look at the clock.
    """
    progress, is_over = Progress(), threading.Event()

    def watch() -> None:
        before = 0
        while not is_over.wait(every):
            if progress.taken - before < LEAST_BYTES:
                hear_no_more(environ)
            before = progress.taken

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield progress
    finally:
        is_over.set()
        watcher.join()


def hear_no_more(environ: WSGIEnvironment) -> None:
    """Take nothing more from a caller, who is answered all the same: what has not come yet is waited for by nobody."""
    connection: socket.socket | None = environ.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):  # the caller has left
            connection.shutdown(socket.SHUT_RD)
