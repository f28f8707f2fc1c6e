"""Somebody signed in, who loads the same pages over and over while phones storm, and notes how long each took."""

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar

from tests.nginx import Nginx

PAGES = ("/dashboard/", "/dashboard/figures", "/devices-status/")
PATIENCE_SECONDS = 120
_token = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"').search


@dataclass
class Impressions:
    """The seconds that each page took, and what came in place of a page."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        """The longest that a page took, in seconds."""
        return max(self.seconds)

    @property
    def median(self) -> float:
        """What half of the pages took at most, in seconds."""
        return sorted(self.seconds)[len(self.seconds) // 2]


READS_FOR_SECONDS = 0.5


@contextmanager
def looking_on(nginx: Nginx, password: str, pages: Sequence[str] = PAGES) -> Iterator[Impressions]:
    """Sign acladmin in, and let him load these pages one after the other until the end of the block."""
    opener = _signed_in(nginx, password)
    impressions, is_over = Impressions(), threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for page in pages:
                _load(opener, f"{nginx.tls_url}{page}", impressions)
                is_over.wait(READS_FOR_SECONDS)

    person = threading.Thread(target=look)
    person.start()
    try:
        yield impressions
    finally:
        is_over.set()
        person.join()


def _signed_in(nginx: Nginx, password: str) -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=nginx.trust), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    address = f"{nginx.tls_url}/login/"
    with opener.open(address, timeout=PATIENCE_SECONDS) as form:
        token = _token(form.read().decode())
    assert token is not None
    filled_in = {"username": "acladmin", "password": password, "csrf_token": token[1]}
    sent = urllib.parse.urlencode(filled_in).encode()
    # As browsers do; over TLS the form is refused without it.
    request = urllib.request.Request(address, sent, {"Referer": address})
    with opener.open(request, timeout=PATIENCE_SECONDS) as page:
        assert not page.url.startswith(address), "acladmin could not sign in"
    return opener


def _load(opener: urllib.request.OpenerDirector, url: str, impressions: Impressions) -> None:
    begun = time.perf_counter()
    try:
        with opener.open(url, timeout=PATIENCE_SECONDS) as page:
            page.read()
            if page.url != url:
                impressions.wrong.append(f"{url} led to {page.url}")
    except OSError as error:
        impressions.wrong.append(f"{url}: {error}")
    impressions.seconds.append(time.perf_counter() - begun)
