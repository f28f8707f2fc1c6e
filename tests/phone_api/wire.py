"""Bytes to and from a server: requests exactly as written, answers parsed as far as tests look at them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from tests.phone_api.doors import Reply

PATIENCE_SECONDS = 20
CHUNK = 1024 * 1024


class Wire:
    """One connection; several requests may go over it."""

    def __init__(self, connection: socket.socket, answers: BinaryIO) -> None:
        self._connection = connection
        self._answers = answers

    def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(content)

    def say_no_more(self) -> None:
        """End what is sent, and go on listening."""
        self._connection.shutdown(socket.SHUT_WR)

    def receive(self, *, has_body: bool = True) -> Reply:
        """Return the next answer whole."""
        status, headers = self.receive_head()
        length = int(headers.get("content-length", "0")) if has_body and status != 304 else 0
        return Reply(status, headers, self._answers.read(length))

    def receive_head(self) -> tuple[int, dict[str, str]]:
        """Return status and headers of the next answer, its body still to come."""
        line = self._answers.readline()
        assert line.startswith(b"HTTP/1."), line
        headers: dict[str, str] = {}
        while (header := self._answers.readline()) not in {b"\r\n", b""}:
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers

    def count_body(self, length: int) -> int:
        """Read this many bytes and keep none; return how many came."""
        left = length
        while left and (part := self._answers.read(min(CHUNK, left))):
            left -= len(part)
        return length - left

    def is_closed(self) -> bool:
        """Whether the server ends the connection."""
        return self._answers.read(1) == b""


@contextmanager
def wire_to(port: int, source: str = "127.0.0.1") -> Iterator[Wire]:
    """Connect to a port of this machine, from one of its addresses."""
    connection = socket.create_connection(
        ("127.0.0.1", port), timeout=PATIENCE_SECONDS, source_address=(source, 0)
    )
    with connection, connection.makefile("rb") as answers:
        yield Wire(connection, answers)


def request(method: str, target: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a request as it stands on the wire."""
    lines = [f"{method} {target} HTTP/1.1", "Host: manager:8081", *headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
