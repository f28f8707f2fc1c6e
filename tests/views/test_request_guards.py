"""What every answer carries, and what no request may contain."""

import io
from urllib.parse import urlencode

import pytest
from flask import Flask

from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from app.views.request_guards import MOST_BYTES_OF_A_VISITOR
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of

ADDRESSES = ["/login/", "/dashboard/", "/nothing", "/static/ringmaster/nothing.css", "/dashboard/figures"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_carry_the_headers_that_keep_a_page_to_itself(people: dict[str, Browser], address: str):
    headers = people["victor"].get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_page_carries_what_its_policy_would_stop(people: dict[str, Browser], shared_app: Flask):
    for address in (
        "/dashboard/",
        "/alarms/",
        "/tenants/list/",
        "/tenants/add",
        "/roles/",
        "/account/password/",
        "/operators/add",
    ):
        page = people["alice"].get(address).text
        assert "<script>" not in page, address
        assert " style=" not in page, address
        assert " onclick=" not in page, address


def test_pages_are_not_kept_by_the_browser(people: dict[str, Browser]):
    assert people["victor"].get("/dashboard/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/alarms/?q=a%00b", "/tenants/list/?a%00=1", "/login/?next=%00"])
def test_a_nul_byte_in_an_address_is_refused(people: dict[str, Browser], address: str):
    assert people["alice"].get(address).status_code == 400


def test_a_nul_byte_in_a_form_is_refused(people: dict[str, Browser]):
    answer = people["alice"].post("/tenants/add", {"name": "Ini\0tech"})
    assert answer.status_code == 400
    assert "NUL" in answer.text


def test_a_body_beyond_the_limit_is_refused_with_a_page(people: dict[str, Browser]):
    answer = people["alice"].client.post("/tenants/add", data=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "larger than this page takes" in answer.text


@pytest.mark.parametrize("cookie", ["", "x" * 4000, "é" * 40, "."])
def test_a_damaged_session_is_that_of_a_visitor(shared_app: Flask, cookie: str):
    browser = Browser(shared_app)
    browser.client.set_cookie("session", cookie)
    assert browser.get("/dashboard/").location == "/login/?next=%2Fdashboard%2F"


def test_whoever_is_refused_is_heard_out_and_a_visitor_is_not(people: dict[str, Browser], visitor: Browser):
    for browser, is_heard, status in ((people["alice"], True, 413), (visitor, False, 302)):
        body = io.BytesIO(b"x" * 3_000_000)
        answer = browser.client.post(
            "/tenants/add", input_stream=body, content_type="text/plain",
            environ_overrides={"CONTENT_LENGTH": "3000000"},
        )  # fmt: skip
        assert answer.status_code == status
        assert (body.tell() == 3_000_000) is is_heard


@pytest.mark.parametrize(
    ("address", "status"),
    [("/login/", 413), ("/nowhere/", 413), ("/operators/add", 302), ("/firmware/upload", 302)],
)
def test_a_visitor_sends_no_form_that_a_thread_would_wait_for(visitor: Browser, address: str, status: int):
    unread = io.BytesIO(b"a=" + b"b" * MOST_BYTES_OF_A_VISITOR)
    form = {"input_stream": unread, "content_type": "application/x-www-form-urlencoded"}
    answer = visitor.client.post(address, content_length=len(unread.getvalue()), **form)
    assert answer.status_code == status
    for name, value in (("Transfer-Encoding", "chunked"), ("Expect", "100-continue")):
        answer = visitor.client.post(
            address, headers={name: value}, environ_overrides={"wsgi.input_terminated": True}, **form
        )
        assert answer.status_code == status
    assert unread.tell() == 0


def test_a_form_is_read_before_its_request_takes_the_write_lock(app: Flask, sign_in: SignIn):
    """SQLite has one writer, and it must not be somebody whose form is still on its way."""

    class Slow(io.BytesIO):
        wrote = False

        def readinto(self, target) -> int:
            if not self.wrote:
                with writing(database_of(app), ALL_TENANTS) as session:
                    factories.make_tenant(session, "Meanwhile")
                Slow.wrote = True
            return super().readinto(target)

    oscar = sign_in("oscar")
    body = Slow(urlencode({"csrf_token": oscar.token(), "deed": "save", "template": "nonsense"}).encode())
    answer = oscar.client.post(
        "/system-settings/dhcp-option/",
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(len(body.getvalue()))},
    )
    assert (answer.status_code, "no equals sign" in answer.text, Slow.wrote) == (400, True, True)
