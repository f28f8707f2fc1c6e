"""A server that keeps what it is sent, for the tests of the generators."""

import itertools
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Recorder(ThreadingHTTPServer):
    """Answers with the status it is given, and ends a connection when it is asked to.

    After ``dies_after`` answers it hangs up on everybody who asks more.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.received: list[Received] = []
        self.connections = 0
        self.status = 200
        self.body = b"ok"
        self.dies_after = math.inf
        self._answered = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def is_dead(self) -> bool:
        return next(self._answered) > self.dies_after

    def process_request(self, request, client_address) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        if self.server.is_dead():
            self.close_connection = True
            return
        self.server.received.append(Received(self.command, self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status != 304:
            self.send_header("Content-Length", str(len(self.server.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.server.status != 304:
            self.wfile.write(self.server.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Run a recorder until the end of the block."""
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
