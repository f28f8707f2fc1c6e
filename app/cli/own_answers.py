"""What gunicorn answers by itself, to what is no request: it reaches no application, whose headers it would have."""

from socket import socket

from gunicorn import util

HEADERS = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))
"""Browsers take such an answer for nothing but the text that it is, and nobody keeps it."""


def be_plain() -> None:
    """Let the answers of this process's web server be text with these headers, where they are pages without."""
    util.write_error = _answer


def _answer(sock: socket, status: int, reason: str, message: str) -> None:
    """Send an answer; the message may quote what came."""
    body = f"{message or reason}\n".encode()
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in HEADERS),
    )
    util.write_nonblock(sock, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)
