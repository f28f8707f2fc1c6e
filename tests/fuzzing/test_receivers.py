"""Whatever a receiver of messages answers, a message is delivered or is not, with a sentence, in time and in bounds.

Mail servers, web servers that take hooks, and syslog servers that answer, which none should.
"""

import asyncio
import logging
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple

import hypothesis
import pytest
from hypothesis import strategies as st

from app import cutting_off
from app.notifier import mail, smtp, syslog, webhook
from app.notifier.failures import NotDelivered
from app.rules.receivers import MailSecurity, MailServer, SyslogReceiver, Transport, WebHook
from tests.fuzzing.odd_server import LONGEST_DRIP_SECONDS, Said, with_a_server
from tests.fuzzing.said_by_receivers import (
    FORMS_OF_PASSWORD,
    HTTP_ANSWERS,
    MAIL_TAKEN_ENCRYPTED,
    MAIL_THAT_IS_TAKEN,
    PASSWORD,
    SYSLOG_ANSWERS,
    conversations_of,
    texts,
)
from tests.notifier.conftest import authority, make_message
from tests.receivers import Authority

__all__ = ["authority"]

FEW, MANY = 12, 300
STEP_SECONDS, WHOLE_SECONDS = 0.3, 0.6
MOST_SECONDS = 5
"""By the clock: a server goes on for LONGEST_DRIP_SECONDS, whoever listens for so long was not cut off."""
MOST_BYTES = 16 * 1024 * 1024
LONGEST_SENTENCE = 2000


class Kind(NamedTuple):
    """A kind of receiver: what it says, how a message is sent to it, and where it encrypts."""

    said: st.SearchStrategy[list[bytes]]
    receiver: Callable[[int, str], Any]
    send: Callable[[Any], Awaitable[str]]
    options: Mapping[str, Any] = {}
    is_encrypted: bool = False


def _mail(security: MailSecurity) -> Callable[[int, str], MailServer]:
    return lambda port, certificates: MailServer(
        host="localhost", port=port, security=security, user="anna", password=PASSWORD, sender="rm@acme.com",
        recipients=["noc@acme.com"], certificates=certificates, may_be_here=True,
    )  # fmt: skip


def _hook(scheme: str) -> Callable[[int, str], WebHook]:
    return lambda port, certificates: WebHook(
        url=f"{scheme}://localhost:{port}/x", secret=PASSWORD, authorization=f"Bearer {PASSWORD}",
        certificates=certificates, may_be_here=True,
    )  # fmt: skip


def _syslog(transport: Transport) -> Callable[[int, str], SyslogReceiver]:
    return lambda port, certificates: SyslogReceiver(
        host="localhost", port=port, transport=transport, facility=16, certificates=certificates, may_be_here=True,
    )  # fmt: skip


def _give_mail(receiver: MailServer) -> Awaitable[str]:
    return mail.send(receiver, make_message(), "Operations")


def _give_hook(receiver: WebHook) -> Awaitable[str]:
    return webhook.send(receiver, make_message())


def _give_syslog(receiver: SyslogReceiver) -> Awaitable[str]:
    return syslog.send(receiver, make_message())


_ANSWERS = st.lists(texts(HTTP_ANSWERS), min_size=1, max_size=2)
_LOGGED = st.lists(texts(SYSLOG_ANSWERS), min_size=1, max_size=2)
_PLAIN_MAIL, _SAFE_MAIL = conversations_of(MAIL_THAT_IS_TAKEN), conversations_of(MAIL_TAKEN_ENCRYPTED)
_GREETS = {"greets": True}
KINDS = {
    "mail": Kind(_PLAIN_MAIL, _mail(MailSecurity.PLAIN), _give_mail, _GREETS),
    "mail, STARTTLS": Kind(_SAFE_MAIL, _mail(MailSecurity.START_TLS), _give_mail, _GREETS),
    "mail, TLS": Kind(_PLAIN_MAIL, _mail(MailSecurity.TLS), _give_mail, _GREETS, is_encrypted=True),
    "mail, TLS with one who has none": Kind(_PLAIN_MAIL, _mail(MailSecurity.TLS), _give_mail, _GREETS),
    "web hook": Kind(_ANSWERS, _hook("http"), _give_hook),
    "web hook, TLS": Kind(_ANSWERS, _hook("https"), _give_hook, is_encrypted=True),
    "web hook, TLS with one who has none": Kind(_ANSWERS, _hook("https"), _give_hook, _GREETS),
    "syslog, TCP": Kind(_LOGGED, _syslog(Transport.TCP), _give_syslog, _GREETS),
    "syslog, TLS": Kind(_LOGGED, _syslog(Transport.TLS), _give_syslog, _GREETS, is_encrypted=True),
    "syslog, TLS with one who has none": Kind(_LOGGED, _syslog(Transport.TLS), _give_syslog, _GREETS),
}
over_kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", STEP_SECONDS)
    monkeypatch.setattr(cutting_off, "_AGAIN_SECONDS", 0.05)
    for module in (smtp, webhook, syslog):
        name = "WHOLE_SECONDS" if module is smtp else "_WHOLE_SECONDS"
        monkeypatch.setattr(module, name, WHOLE_SECONDS)


class _Heard(logging.Handler):
    """Keeps what is logged, as it would stand in a file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What is logged meanwhile, by whomever."""
    heard, root = _Heard(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    yield heard.lines
    root.setLevel(level)
    root.removeHandler(heard)


@over_kinds
def test_a_receiver_may_answer_anything(kind: Kind, authority: Authority, logged: list[str]):
    assert ask_often(kind, authority, logged, FEW)[0] >= FEW


@pytest.mark.acceptance
@over_kinds
def test_a_receiver_may_answer_anything_many_times(
    kind: Kind, authority: Authority, logged: list[str], record_property
):
    asked, longest, most = ask_often(kind, authority, logged, MANY)
    record_property("messages", f"{asked:,}")
    record_property("longest", f"{longest:.1f} s")
    record_property("most memory", f"{most / 1024 / 1024:.1f} MiB")


def ask_often(kind: Kind, authority: Authority, logged: list[str], times: int) -> tuple[int, float, int]:
    """Send so often; return how often, and the seconds by the clock and the bytes of the dearest."""
    spent: list[tuple[float, int]] = []
    options = {"later_tls": authority.context(), **kind.options}
    if kind.is_encrypted:
        options["tls"] = authority.context()

    async def converse(port: int) -> None:
        began = time.monotonic()
        sentence = await outcome_of(kind.send(kind.receiver(port, authority.text)))
        spent.append((time.monotonic() - began, tracemalloc.get_traced_memory()[1]))
        assert 0 < len(sentence) < LONGEST_SENTENCE
        assert "".join(sentence.split(" ")).isprintable(), sentence
        sentence.encode()
        leaks = [form for form in FORMS_OF_PASSWORD for text in (sentence, *logged) if form in text]
        assert leaks == []

    def once(said: Said) -> None:
        tracemalloc.start()
        try:
            asyncio.run(with_a_server(said, converse, **options))
        finally:
            tracemalloc.stop()
        seconds, taken = spent[-1]
        assert seconds < MOST_SECONDS < LONGEST_DRIP_SECONDS
        assert taken < MOST_BYTES
        logged.clear()

    settings = hypothesis.settings(
        max_examples=times, database=None, deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(said=kind.said)(once))()
    return len(spent), max(spent)[0], max(taken for _, taken in spent)


async def outcome_of(sending: Awaitable[str]) -> str:
    """Return what is kept of a message: the receiver's answer, or why it was not delivered."""
    try:
        return await sending
    except NotDelivered as error:
        return str(error)
