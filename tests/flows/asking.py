"""Requests by hand, for what the simulator's phones do not look at."""

import contextlib
import hashlib
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the body has the length and is the text that its headers promise."""
        etag = f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'
        return self.headers["content-length"] == str(len(self.body)) and self.headers["etag"] == etag


def ask(
    url: str,
    body: bytes | None = None,
    *,
    target: str = "",
    source: str = "",
    trust: ssl.SSLContext | None = None,
    **headers: str,
) -> Answer:
    """Send a request as a phone does: a POST when there is a body, else a GET.

    ``target`` is what stands in the request line where it is not the path of the URL, ``source`` the address to call
    from, ``trust`` what a server with https has to show.
    """
    with contextlib.closing(_connection(url, source, trust)) as connection:
        method = "GET" if body is None else "POST"
        connection.request(method, target or urlsplit(url).path, body, headers)
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())


def _connection(url: str, source: str, trust: ssl.SSLContext | None) -> http.client.HTTPConnection:
    place = urlsplit(url)
    source_address = (source, 0) if source else None
    if place.scheme == "https":
        return http.client.HTTPSConnection(
            place.netloc, timeout=30, source_address=source_address, context=trust
        )
    return http.client.HTTPConnection(place.netloc, timeout=30, source_address=source_address)
