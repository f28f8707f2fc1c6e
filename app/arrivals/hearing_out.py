"""Whoever is refused is heard out: a browser shows no answer that comes before it has sent everything."""

from typing import IO

from flask import current_app, request

from app.arrivals.hanging_up import hung_up_when_stalled

_PIECE = 64 * 1024


def most_bytes_heard() -> int:
    """Return how much is heard at most: twice the largest file that any page takes."""
    largest_firmware: int = current_app.extensions["ringmaster_settings"].largest_firmware
    return 2 * largest_firmware * 1_000_000


def hear_out() -> None:
    """Read what is left of this request's body, piece by piece, and drop it; nothing of one that is far too large.

    It may take minutes: hold no lock of the database meanwhile.
    """
    most = most_bytes_heard()
    if (request.content_length or 0) > most:
        return
    with hung_up_when_stalled(request.environ) as progress:
        try:
            body = _rest(most)
            while progress.taken < most and (piece := body.read(_PIECE)):
                progress.taken += len(piece)
        except Exception:  # noqa: BLE001  # each server has its own for a body that breaks off
            return  # the sender has left, or will be told why he is refused


def _rest(most: int) -> IO[bytes]:
    """Return what ends with the body: gunicorn's own input does; others are bounded by the length they were told."""
    if request.environ.get("wsgi.input_terminated"):
        body: IO[bytes] = request.environ["wsgi.input"]
        return body
    request.max_content_length = most
    return request.stream
