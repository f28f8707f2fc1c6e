"""The body of a request that carries a file, read as it comes: it takes no memory to speak of (docs/decisions/0026)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest, ClientDisconnected, HTTPException, RequestTimeout

from app.arrivals.hanging_up import Progress, hung_up_when_stalled
from app.arrivals.hearing_out import hear_out, most_bytes_heard
from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.services.firmware.files import megabytes

BROKE_OFF = "The upload broke off before all of it had come; nothing was kept. Try again."
_PIECE = 64 * 1024
_SLOTS = "ringmaster_uploads"


def install(app: Flask) -> None:
    """Let as many files come in at once as leaves a thread to people and those of phones to phones."""
    settings = app.extensions["ringmaster_settings"]
    most = max(1, settings.web_threads - settings.web_threads_for_phones - 1)
    app.extensions[_SLOTS] = threading.BoundedSemaphore(most)


@contextmanager
def coming_in(most_bytes: int) -> Iterator[Iterator[bytes]]:
    """Yield the pieces of this request's body, of which InvalidInputError is raised beyond ``most_bytes``.

    ConflictError where as many files come in as may. Where the block raises one of our errors, the rest is read and
    dropped, and the error goes on.
    """
    with _slot():
        try:
            with hung_up_when_stalled(request.environ) as progress:
                yield _pieces(most_bytes, progress)
        except RingmasterError:
            hear_out()
            raise


def hear_out_refused() -> None:
    """Hear out somebody who was refused before his body was read, unless as many files come in as may."""
    slots: threading.BoundedSemaphore = current_app.extensions[_SLOTS]
    if slots.acquire(blocking=False):
        try:
            hear_out()
        finally:
            slots.release()


def _pieces(most_bytes: int, progress: Progress) -> Iterator[bytes]:
    request.max_content_length = most_bytes_heard()
    stream = request.stream
    while piece := _read(stream):
        progress.taken += len(piece)
        if progress.taken > most_bytes:
            raise InvalidInputError(f"What was sent is larger than {megabytes(most_bytes)}.")
        yield piece


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_PIECE)
    except (OSError, ClientDisconnected) as error:
        raise RequestTimeout(BROKE_OFF) from error
    except HTTPException:
        raise
    except Exception as error:
        # Each server has its own error for a body that breaks off or is malformed.
        raise BadRequest(BROKE_OFF) from error


@contextmanager
def _slot() -> Iterator[None]:
    slots: threading.BoundedSemaphore = current_app.extensions[_SLOTS]
    if not slots.acquire(blocking=False):
        raise ConflictError(
            "Another file is being uploaded to this server just now. Wait until it is there, then try again."
        )
    try:
        yield
    finally:
        slots.release()
