"""A running server with a company that looks alive, and a real browser in which people sign in."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Cookie, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from app.security.secrets import open_vault
from tests.browser.chromium import running_chromium
from tests.browser.company import make_company
from tests.browser.every_page import Walk, Walked, addresses, make_walked
from tests.databases import INSTALLATION_KEY, Databases
from tests.views.installations import fill, open_app
from tests.views.world import PASSWORD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, NARROW = (1440, 900), (390, 844)

OpenPage = Callable[..., Page]


@pytest.fixture(autouse=True)
def _open_vault() -> None:
    """Open what is encrypted in the shared database: other tests of this process have other keys."""
    open_vault(INSTALLATION_KEY)


@pytest.fixture(scope="session")
def company_app(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application of a company that looks alive."""
    url = sqlite_databases.copy(sqlite_template)
    for app in open_app(url, tmp_path_factory.mktemp("installation")):
        fill(app, make_company)
        yield app
    sqlite_databases.drop(url)


_ANSWER = "tests.answer"


def _keeping_answers(app: Flask) -> "WSGIApplication":
    """Note each answer with its request, for the handler to close."""

    def answered(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[_ANSWER] = app(environ, start_response)
        return environ[_ANSWER]

    return answered


class _ClosingHandler(WSGIRequestHandler):
    """Closes the file of an answer that the browser did not wait for, which werkzeug's own handler leaves open."""

    def connection_dropped(self, error: BaseException, environ: "WSGIEnvironment | None" = None) -> None:
        super().connection_dropped(error, environ)
        if environ is not None and _ANSWER in environ:
            environ[_ANSWER].close()


@pytest.fixture(scope="session")
def address(company_app: Flask) -> Iterator[str]:
    """Where the company's server listens."""
    with _serving(company_app) as origin:
        yield origin


@contextmanager
def _serving(app: Flask) -> Iterator[str]:
    """Serve an application until the end of the block; yields where."""
    server = make_server(
        "127.0.0.1", 0, _keeping_answers(app), threaded=True, request_handler=_ClosingHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def walked(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walked]:
    """A company in which every address leads to a page, and where it is served."""
    url = sqlite_databases.copy(sqlite_template)
    for app in open_app(url, tmp_path_factory.mktemp("walked")):
        found = addresses(app, fill(app, make_walked))
        with _serving(app) as origin:
            yield Walked(origin, found)
    sqlite_databases.drop(url)


@pytest.fixture
def walk(browser: Browser, walked: Walked) -> Iterator[Walk]:
    """A window in which alice goes through all pages."""
    context = browser.new_context(base_url=walked.origin, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, "alice")
    yield Walk(page, walked)
    context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, the system's own; closed after each file, since no other test may run in its event loop."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def kept_cookies() -> dict[tuple[str, str], list[Cookie]]:
    """The cookies of who has signed in, by where and by name: a session that is still good is used again."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, address: str, kept_cookies: dict[tuple[str, str], list[Cookie]]
) -> Iterator[OpenPage]:
    """Open a page as a person, signed in, in a window of its own; what the console complains of fails the test."""
    contexts, complaints = [], []

    def open_it(
        path: str, *, name: str | None = "alice", size: tuple[int, int] = WIDE, theme: str = "light"
    ) -> Page:
        width, height = size
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name:
            context.add_cookies(kept_cookies.get((address, name), []))
        page.goto(path)
        if name and urlsplit(page.url).path == "/login/":
            sign_in(page, name)
            kept_cookies[address, name] = context.cookies()
            page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(message: ConsoleMessage) -> bool:
    """Tell what is wrong from what is meant.

    A page that refuses a form answers 400, one that asks first 409, one of another tenant than is shown 403 or 404;
    and a test that cuts a connection off (``route.abort``) is told ERR_FAILED.
    """
    is_the_page = message.page is not None and message.location["url"] == message.page.url
    is_meant = is_the_page and any(f"status of {status} " in message.text for status in (400, 403, 404, 409))
    return message.type == "error" and not is_meant and "net::ERR_FAILED" not in message.text


def sign_in(page: Page, name: str) -> None:
    """Sign in through the form."""
    page.goto("/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")


@pytest.fixture
def take_picture() -> Callable[[Page, str], None]:
    """Keep a picture of a page for the documentation, in docs/pictures, when RINGMASTER_PICTURES=1 asks for it."""

    def take(page: Page, name: str) -> None:
        wanted = os.environ.get("RINGMASTER_PICTURES") == "1"
        picture = page.screenshot(animations="disabled", path=PICTURES / f"{name}.png" if wanted else None)
        assert picture.startswith(b"\x89PNG")

    return take
