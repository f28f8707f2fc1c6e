"""Somebody who uploads a file over a socket of his own: large, broken off, or not at all as a browser would."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http.cookiejar import CookieJar

from tests.flows.installation import PASSWORD, Installation
from tests.phone_api.doors import Reply
from tests.phone_api.wire import Wire, wire_to
from tests.views.multipart import CONTENT_TYPE, field_part, file_head

MEGABYTE = 1024 * 1024
UPLOAD = "/firmware/upload"
PATIENCE_SECONDS = 60
HEAD = b"\0\x01420HDUC_3.2.1.558\0"
JSON = "application/json"
END = b"\r\n--b--\r\n"
_token = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"').search


class Uploader:
    """Somebody signed in."""

    def __init__(self, ringmaster: Installation) -> None:
        self._port = ringmaster.running.ports[0]
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._url = ringmaster.web_url
        filled_in = {"username": "acladmin", "password": PASSWORD, "csrf_token": self.token("/login/")}
        self.open("/login/", urllib.parse.urlencode(filled_in).encode())

    def open(self, path: str, data: bytes | None = None) -> str:
        """Return the text of a page."""
        with self._opener.open(f"{self._url}{path}", data, timeout=PATIENCE_SECONDS) as page:
            return page.read().decode()

    def token(self, path: str = UPLOAD) -> str:
        """Return the token of a page's form."""
        found = _token(self.open(path))
        assert found
        return found[1]

    def upload(self, name: str, content: Iterable[bytes], size: int) -> Reply:
        """Send a firmware of so many bytes and return the answer, which may come before all of it was sent."""
        with wire_to(self._port) as wire:
            self.begin(wire, name, size)
            with suppress(BrokenPipeError):  # a slow sender is heard out for some seconds only
                for piece in content:
                    wire.send(piece)
                wire.send(END)
            return wire.receive()

    def break_off(self, name: str, content: Iterable[bytes], size: int) -> None:
        """Send what there is of a firmware, and leave."""
        with wire_to(self._port) as wire:
            self.begin(wire, name, size)
            for piece in content:
                wire.send(piece)

    def begin(self, wire: Wire, name: str, size: int) -> None:
        """Send all that comes before the bytes of a firmware."""
        parts = self.before_the_file(name)
        wire.send(self.head(UPLOAD, len(parts) + size + len(END), accept=JSON) + parts)

    def before_the_file(self, name: str, fields: Mapping[str, str] | None = None) -> bytes:
        """Return the parts of a form up to the bytes of its file."""
        filled_in = {"csrf_token": self.token(), **(fields or {})}
        return b"".join(field_part(*field) for field in filled_in.items()) + file_head(name)

    def post(self, address: str, body: bytes, content_type: str = CONTENT_TYPE) -> Reply:
        """Send a form as it is, and return the page."""
        with wire_to(self._port) as wire:
            wire.send(self.head(address, len(body), content_type=content_type) + body)
            return wire.receive()

    def post_without_length(self, address: str, pieces: Iterable[bytes]) -> Reply:
        """Send a form piece by piece without saying how much it is, and return the page."""
        with wire_to(self._port) as wire:
            wire.send(self.head(address, None))
            for piece in pieces:
                wire.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            wire.send(b"0\r\n\r\n")
            return wire.receive()

    def post_in_pieces(self, address: str, pieces: Iterable[bytes], length: int) -> Reply:
        """Send a form of so many bytes piece by piece, and return the page; what is missing is never sent."""
        with wire_to(self._port) as wire:
            wire.send(self.head(address, length))
            for piece in pieces:
                wire.send(piece)
            wire.say_no_more()
            return wire.receive()

    def head(
        self, address: str, length: int | None, *, accept: str = "text/html", content_type: str = CONTENT_TYPE
    ) -> bytes:
        """Return the head of a request that sends a form."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        return (
            f"POST {address} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nAccept: {accept}\r\n"
            f"Content-Type: {content_type}\r\n{size}\r\n\r\n"
        ).encode()


def image(size: int) -> Iterator[bytes]:
    """Yield an image of so many bytes, which look like firmware."""
    yield HEAD
    left, piece = size - len(HEAD), bytes(range(256)) * 4096
    while left > 0:
        yield piece[:left]
        left -= len(piece)
