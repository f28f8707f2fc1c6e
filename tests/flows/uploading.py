"""Somebody who uploads a file over a socket of his own: large, broken off, or not at all as a browser would."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from http.cookiejar import CookieJar

from tests.flows.installation import PASSWORD, Installation
from tests.phone_api.doors import Reply
from tests.phone_api.wire import Wire, wire_to

MEGABYTE = 1024 * 1024
UPLOAD = "/firmware/upload"
PATIENCE_SECONDS = 60
HEAD = b"\0\x01420HDUC_3.2.1.558\0"
_END = b"\r\n--b--\r\n"
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
        """Send a file of so many bytes and return the answer."""
        with wire_to(self._port) as wire:
            self.begin(wire, name, size)
            for piece in content:
                wire.send(piece)
            wire.send(_END)
            return wire.receive()

    def break_off(self, name: str, content: Iterable[bytes], size: int) -> None:
        """Send what there is of a file, and leave."""
        with wire_to(self._port) as wire:
            self.begin(wire, name, size)
            for piece in content:
                wire.send(piece)

    def begin(self, wire: Wire, name: str, size: int) -> None:
        """Send all that comes before the bytes of a file."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)
        fields = (
            f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token()}\r\n'
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode()
        head = (
            f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nAccept: application/json\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(fields) + size + len(_END)}\r\n\r\n"
        ).encode()
        wire.send(head + fields)


def image(size: int) -> Iterator[bytes]:
    """Yield an image of so many bytes, which look like firmware."""
    yield HEAD
    left, piece = size - len(HEAD), bytes(range(256)) * 4096
    while left > 0:
        yield piece[:left]
        left -= len(piece)
