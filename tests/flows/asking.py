"""Requests by hand, for what the simulator's phones do not look at."""

import contextlib
import hashlib
import http.client
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


def ask(url: str, body: bytes | None = None, **headers: str) -> Answer:
    """Send a request as a phone does: a POST when there is a body, else a GET."""
    place = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(place.netloc, timeout=30)) as connection:
        connection.request("GET" if body is None else "POST", place.path, body, headers)
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
