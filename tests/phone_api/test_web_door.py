"""The phone API beside the screens: no session, no cookie, no CSRF check and no redirect touches a phone."""

import pytest

from app import create_app
from app.phone_api.messages import MAX_BODY_BYTES
from app.views import web_session
from tests import factories
from tests.databases import settings_for
from tests.phone_api.doors import ALERT, KEEP_ALIVE, FlaskDoor, Phone

TARGETS = [
    ("POST", KEEP_ALIVE),
    ("POST", ALERT),
    ("POST", "/c/c-17/rest/v1/ipphoneMgrStatus/init"),
    ("GET", "/ipp/tenant/Default/00908f9a9623.cfg"),
    ("POST", "/ipp/region/Default/00908f9a9623.cfg"),
    ("GET", "/ipp/dhcpoption160.cfg"),
    ("GET", "/ipp/httpproxy/"),
    ("GET", "/configfiles/00908f9a9623.cfg"),
    ("GET", "//configfiles//00908f9a9623.cfg"),
    ("HEAD", "/firmwarefiles/430HD.img"),
    ("GET", "/firmwarefiles/"),
    ("PUT", KEEP_ALIVE),
]


@pytest.fixture(scope="module")
def door(lasting_database, tmp_path_factory):
    """The whole application of the web listener."""
    app = create_app(settings_for(str(lasting_database.reader.url), tmp_path_factory.mktemp("data")))
    yield FlaskDoor(app)
    with app.app_context():
        web_session.db.engine.dispose()


@pytest.fixture
def phone(door, lasting_database):
    return Phone(door, lasting_database, factories.next_mac())


@pytest.mark.parametrize(("method", "target"), TARGETS)
@pytest.mark.parametrize("cookie", ["", "session=eyJfZnJlc2giOmZhbHNlfQ; remember_token=1|abc"])
def test_no_answer_sets_a_cookie_or_leads_elsewhere(phone, method, target, cookie):
    answer = phone.ask(method, target, b'{"mac":"%s"}' % phone.mac.encode(), Cookie=cookie)
    assert answer.status < 500
    assert answer.status not in range(300, 304)
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert b"<html" not in answer.body.lower()


def test_a_form_without_a_token_is_no_obstacle(phone):
    kind = "application/x-www-form-urlencoded"
    assert phone.post(KEEP_ALIVE, phone.report_of(), Content_Type=kind).status == 200
    assert phone.post("/ipp/region/Default/00908f9a9623.cfg", b"{\n}", Content_Type=kind).status == 200
    assert phone.row() is not None


def test_the_limit_for_bodies_is_that_of_phones(phone):
    assert phone.post(KEEP_ALIVE, b" " * (MAX_BODY_BYTES + 1)).sentence
    assert phone.post(KEEP_ALIVE, b" " * (2 * 1024 * 1024)).sentence


def test_what_is_no_phones_address_is_left_to_the_screens(phone):
    assert phone.get("/").status in {301, 302, 303, 308}
    assert phone.get("/login/").status in {200, 302}


def test_a_body_that_takes_too_long_is_given_up(phone, monkeypatch):
    monkeypatch.setattr("app.phone_api.blueprint._SLOWEST_BODY_SECONDS", 0.0)
    answer = phone.report()
    assert (answer.status, answer.sentence) == (400, "The body did not come whole.")
    assert answer.headers["connection"] == "close"
    assert phone.row() is None
