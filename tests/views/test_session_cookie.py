"""The cookie of a session: over HTTPS it is of this host alone, and no script or other site gets at it."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app, flask_configuration
from app.views.web_session import db
from tests.databases import INSTALLATION_KEY, settings_for


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_over_https_the_cookie_is_of_this_host_alone_which_stays_there(
    database_url: str, tmp_path: Path
) -> None:
    app = create_app(replace(settings_for(database_url, tmp_path), secure_cookies=True))
    answer = app.test_client().get("/login/", base_url="https://phones.example.com")
    plain = app.test_client().get("/login/", base_url="http://phones.example.com")
    of_a_phone = app.test_client().get("/configfiles/00908f123456.cfg", base_url="https://phones.example.com")
    with app.app_context():
        db.engine.dispose()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain=" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in plain.headers  # RFC 6797, 7.2
    assert "Strict-Transport-Security" not in of_a_phone.headers


def test_without_https_the_name_promises_nothing(tmp_path: Path) -> None:
    settings = settings_for("sqlite:////nowhere/x.db", tmp_path)
    assert flask_configuration(settings, [INSTALLATION_KEY])["SESSION_COOKIE_NAME"] == "session"


def test_trace_is_not_answered(shared_app) -> None:
    assert shared_app.test_client().open("/login/", method="TRACE").status_code == 405
