"""People at the screens while phones report: a session, and pages that are loaded one after the other."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar

from app.cli.accounts import FIRST_ADMINISTRATOR
from benchmarks.asks import Ask
from benchmarks.load import Answers, Generator, Load
from benchmarks.rounds import FailedAnswersError

PAGES = ("/devices-status/", "/dashboard/")
_token = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"').search


def signed_in(url: str, password: str, account: str = FIRST_ADMINISTRATOR) -> str:
    """Sign in, as the first administrator if nobody else is named; return the header that carries the session."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{url}/login/") as page:
        token = _token(page.read().decode())
    if token is None:
        raise FailedAnswersError("The sign-in page has no form.")
    form = {"username": account, "password": password, "csrf_token": token[1]}
    with opener.open(f"{url}/login/", urllib.parse.urlencode(form).encode()) as page:
        if page.url.startswith(f"{url}/login/"):
            raise FailedAnswersError(f"{account} could not sign in.")
    return "Cookie: " + "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def page_loads(session: str) -> Iterator[Ask]:
    """Yield the requests of somebody who goes from page to page."""
    return (Ask("GET", page, headers=(session,)) for page in PAGES)


@contextmanager
def loading(generator: Generator, load: Load, loaded: list[Answers]) -> Iterator[None]:
    """Load pages while the block runs; what came back is added to ``loaded``. Raises when a page failed."""
    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(generator.send, load)
        yield
    loaded.append(answers.result())
    if loaded[-1].failures or not loaded[-1].count:
        raise FailedAnswersError(f"{loaded[-1].failures} pages failed, {loaded[-1].count} did not.")
