"""A new key signs nobody out: cookies and forms that the old one signed are taken as long as it is there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.views.web_session import db
from tests.databases import INSTALLATION_KEY, settings_for

NEW_KEY = "the key that comes after it"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sessions_and_forms_of_the_old_key_are_taken(database_url: str, tmp_path: Path) -> None:
    before = settings_for(database_url, tmp_path)
    with opened(before) as app:
        browser = app.test_client()
        token = token_in(browser.get("/login/").text)
        cookie = browser.get_cookie("session")
    assert (
        sent(replace(before, secret_key=NEW_KEY, other_secret_keys=(INSTALLATION_KEY,)), cookie, token) == 200
    )
    assert sent(replace(before, secret_key=NEW_KEY), cookie, token) == 400


def sent(settings, cookie, token: str) -> int:
    """Send the form of the sign-in with a wrong password; return 200 where it was read, 400 where its token was not."""
    with opened(settings) as app:
        browser = app.test_client()
        browser.set_cookie("session", cookie.value)
        form = {"username": "acladmin", "password": "wrong", "csrf_token": token}
        return browser.post("/login/", data=form, follow_redirects=True).status_code


@contextmanager
def opened(settings) -> Iterator[Flask]:
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)
