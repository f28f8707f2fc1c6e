"""Web hooks, posted to a real HTTPS server."""

import asyncio
import hashlib
import hmac

import pytest

from app.notifier import webhook
from app.notifier.failures import NotDelivered
from app.rules.receivers import WebHook
from tests.notifier.conftest import make_message
from tests.receivers import web_server


def send(to, message=None):
    return asyncio.run(webhook.send(to, message or make_message()))


def refusal(to):
    with pytest.raises(NotDelivered) as raised:
        send(to)
    return raised.value


@pytest.fixture(scope="module")
def _hook(authority):
    with web_server(authority) as hook:
        yield hook


@pytest.fixture
def hook(_hook):
    """The server, as if nothing had come yet."""
    _hook.status, _hook.headers, _hook.answer = 200, {}, b"thank you"
    for kept in (_hook.bodies, _hook.seen, _hook.paths):
        kept.clear()
    return _hook


@pytest.fixture
def receiver(hook, authority):
    return WebHook(
        url=f"https://localhost:{hook.port}/alarms?key=1",
        secret="signing",
        authorization="Bearer 1234",
        certificates=authority.text,
        may_be_here=True,
    )


def test_it_arrives_signed_with_what_the_server_answered(hook, receiver):
    assert send(receiver) == "200 OK: thank you"
    (body,), (headers,) = hook.bodies, hook.seen
    signed = dict(part.split("=") for part in headers["X-Ringmaster-Signature"].split(","))
    expected = hmac.new(b"signing", f"{signed['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed["v1"] == expected
    assert headers["Authorization"] == "Bearer 1234"
    assert headers["X-Ringmaster-Delivery"] == make_message().key
    assert hook.said[0]["status"] == "firing"
    assert hook.paths == ["/alarms?key=1"]


def test_the_end_is_resolved_under_the_same_key(hook, receiver):
    for message in (make_message(), make_message(is_active=False)):
        send(receiver, message)
    assert [said["status"] for said in hook.said] == ["firing", "resolved"]
    assert len({said["dedup_key"] for said in hook.said}) == 1


@pytest.mark.parametrize(("status", "is_of_message"), [(500, False), (404, False), (429, False), (422, True)])
def test_an_answer_that_is_no_success_is_said(hook, receiver, status, is_of_message):
    hook.status, hook.answer = status, b"no\r\n\x00thanks"
    error = refusal(receiver)
    assert str(error).startswith(f"It answered {status} ")
    assert str(error).endswith(": no thanks")
    assert error.is_of_message is is_of_message


def test_a_redirect_is_not_followed(hook, receiver):
    hook.status, hook.headers = 302, {"Location": f"https://localhost:{hook.port}/elsewhere"}
    assert "Redirects are not followed" in str(refusal(receiver))
    assert hook.paths == ["/alarms?key=1"]


def test_a_long_answer_is_cut(hook, receiver):
    hook.answer = b"x" * 2_000_000
    assert len(send(receiver)) < 300


def test_a_certificate_of_nobody_known_is_refused(hook):
    url = f"https://localhost:{hook.port}/"
    assert "certificate of localhost is not trusted" in str(refusal(WebHook(url=url, may_be_here=True)))
    assert hook.bodies == []


def test_who_speaks_no_tls_or_is_not_there_is_said():
    with web_server(None) as plain:
        assert send(WebHook(url=f"http://localhost:{plain.port}/", may_be_here=True)) == "200 OK: thank you"
        error = refusal(WebHook(url=f"https://localhost:{plain.port}/", may_be_here=True))
        assert "speaks no TLS" in str(error)
    error = refusal(WebHook(url=f"http://localhost:{plain.port}/", may_be_here=True))
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "169.254.169.254"])
def test_what_a_tenant_entered_does_not_lead_to_this_machine(host):
    error = refusal(WebHook(url=f"http://{host}/latest/meta-data/", may_be_here=False))
    assert "an address of this server or its link" in str(error)
