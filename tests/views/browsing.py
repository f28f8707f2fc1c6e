"""What a person does in a browser, without one: signs in through the form, and sends forms with their token."""

import re
from collections.abc import Mapping

import turbohtml
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.views.world import PASSWORD

_token = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"').search


class Browser:
    """A signed-in person, or a visitor."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, address: str, **options: object) -> TestResponse:
        """Open an address; what comes must be HTML where it says so."""
        return _read(self.client.get(address, **options))

    def post(self, address: str, data: Mapping[str, object] | None = None) -> TestResponse:
        """Send a form as its page would: with the token of this session."""
        return _read(self.client.post(address, data={**(data or {}), "csrf_token": self.token()}))

    def token(self) -> str:
        """Return the token that forms of this session carry."""
        # Who is signed in may always sign out, whatever else is not open.
        found = next(filter(None, (_token(self.get(page).text) for page in ("/logout/", "/login/"))), None)
        assert found, "no page has a form with a token"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, address: str = "/login/") -> TestResponse:
        """Fill in the sign-in form and send it."""
        return self.post(address, {"username": name, "password": password})

    def sign_out(self) -> TestResponse:
        """Press the button that is on every page."""
        return self.post("/logout/")


def _read(answer: TestResponse) -> TestResponse:
    """Return an answer; a whole page has no error of the HTML standard."""
    is_html = answer.mimetype == "text/html" and not answer.content_encoding
    if is_html and answer.text.lstrip().lower().startswith("<!doctype"):
        errors = turbohtml.parse(answer.text).errors
        assert not errors, f"{answer.request.path}: {errors}"
    return answer


def signed_in(app: Flask, name: str) -> Browser:
    """Return a browser in which this person has signed in."""
    browser = Browser(app)
    answer = browser.sign_in(name)
    assert answer.status_code == 302, answer.text
    return browser
