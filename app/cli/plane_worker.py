"""gunicorn's worker for the phone plane: its backlog fits a whole fleet, and its own answers have headers."""

from collections.abc import Sequence
from functools import partial

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers.gasgi import ASGIWorker

from app.cli import listeners
from app.cli.own_answers import HEADERS


class PlaneWorker(ASGIWorker):
    """Serves the phone plane.

    asyncio would cut the backlog of the listener to 100 connections when it begins to serve. When a fleet calls at
    once, what does not fit is dropped by the kernel, and each such phone waits for half a minute.
    """

    def run(self) -> None:
        """Serve until this worker is stopped."""
        self.loop.create_server = partial(self.loop.create_server, backlog=listeners.BACKLOG)
        ASGIProtocol._send_error_response = _answer
        super().run()


_without_headers = ASGIProtocol._send_error_response


def _answer(
    protocol: ASGIProtocol, status: int, message: str, extra_headers: Sequence[tuple[str, str]] = ()
) -> None:
    """Answer what is no request. A class of our own would lose which parser gunicorn has found: its own keeps that."""
    _without_headers(protocol, status, message, (*extra_headers, *HEADERS))
