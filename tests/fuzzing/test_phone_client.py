"""Whatever a phone answers to Ringmaster's questions, on its web pages and by Telnet, each ends with a sentence."""

import asyncio
import time
from collections.abc import Sequence

import hypothesis
import pytest
from hypothesis import strategies as st

from app.models.enums import Action, Way
from app.phone_client import connections, telnet, web_pages
from app.rules.phone_calls import FACTORY, Answer, Outcome, PhoneCall
from app.rules.telnet import MOST_TRANSCRIPT, TelnetCall
from tests.fuzzing.mutations import NASTY_BYTES, mutated
from tests.fuzzing.odd_server import ENDLESS, HOST, Converse, Said, with_a_server

FEW, MANY = 15, 200
MAC = "00908f000001"
PASSWORD = "open-sesame"
MOST_SECONDS = 5
"""Of processor time, for one conversation."""

_BODY = (
    b"<html><form action=/mainform.cgi/reboot.htm>MAC 00:90:8f:00:00:01</form><status><line/></status></html>"
)
_HEADS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nSet-Cookie: session=1; Path=/\r\n\r\n" % len(_BODY),
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nServer: Allegro\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08\x00",
    b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/login.htm\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n",
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"\r\nhello\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/9.9 99999 \xff\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=\"\\377;,\x01; Domain=.; Expires=Thu, 99 Foo 2026 99:99:99; Max-Age=9e9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\xff\r\n folded: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: x=y; path=/\r\n" * 20 + ENDLESS,
    b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 200_000,
    b"HTTP/1.1 200 OK\r\n\r\n" + ENDLESS,
)  # fmt: skip
_PAGES = (_HEADS[0] + _BODY, _HEADS[0] + _BODY, *_HEADS)
_LINES = (
    b"\r\nlogin: ", b"Password: ", b"Login incorrect\r\nlogin:", b"\r\n> ", b"MAC 00:90:8f:00:00:01\r\n> ",
    b"\xff\xfb\x01\xff\xfd\x18\xff\xfd\x1f\xff\xfd\x20login: ",  # what a phone negotiates (RFC 854)
    b"\xff\xfa\x18\x01\xff\xf0", b"\xff\xfa\x27\x01\x00A\x01B\xff\xf0", b"\xff\xfd\x2a\xff\xfa\x2a\x01;UTF-99;\xff\xf0",
    b"\xff\xfa\x22\x03" + b"\x01" * 40 + b"\xff\xf0", b"\xff\xfb\x56\xff\xfa\x56\xff\xf0\x78\x9c", b"\xff\xff\xff",
    b"\xff\xfa\xc9" + b"x" * 5000, b"\xff\xf1\xff\xf6\xff\xf4", b"\xff\xfb", bytes(range(256)), b"open-sesame",
)  # fmt: skip


def _texts(usual: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    return st.one_of(st.sampled_from(usual), mutated(usual, most_changes=3), st.sampled_from(NASTY_BYTES))


def said_by_a_phone(usual: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Return what a phone says, one after the other: to each question, and on each connection."""
    return st.lists(_texts(usual), min_size=1, max_size=5)


async def _permitted() -> bool:
    return True


def call_of(port: int, action: Action) -> PhoneCall:
    """Return what a phone is asked at this port."""
    return PhoneCall(
        mac=MAC,
        root=f"http://{HOST}:{port}",
        way=Way.DIRECT,
        action=action,
        sign_ins=[FACTORY._replace(password=PASSWORD), FACTORY],
    )


async def ask_for_pages(port: int) -> None:
    """Ask a phone for its status, and to restart."""
    for action in (Action.CHECK_STATUS, Action.RESTART):
        outcome: Outcome = await web_pages.ask(call_of(port, action), _permitted)
        assert outcome.reason or outcome.answer is Answer.ASKED
        assert PASSWORD not in outcome.reason


async def talk(port: int) -> None:
    """Say two commands to a phone."""
    conversation = await telnet.converse(
        TelnetCall(MAC, HOST, port, "admin", PASSWORD, ["show mac", "show status"])
    )
    conversation.transcript.encode()
    assert len(conversation.transcript) <= 2 * MOST_TRANSCRIPT
    assert PASSWORD not in conversation.transcript + conversation.problem


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telnet, "QUIET_SECONDS", 0.02)
    monkeypatch.setattr(telnet, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)


CONVERSATIONS = pytest.mark.parametrize(
    ("usual", "converse"), [(_PAGES, ask_for_pages), (_LINES, talk)], ids=["web pages", "Telnet"]
)


@CONVERSATIONS
def test_a_phone_may_answer_anything(usual, converse):
    assert ask_often(usual, converse, FEW)[0] >= FEW


@pytest.mark.acceptance
@CONVERSATIONS
def test_a_phone_may_answer_anything_many_times(usual, converse, record_property):
    asked, longest = ask_often(usual, converse, MANY)
    record_property("conversations", f"{asked:,}")
    record_property("longest", f"{longest * 1000:.0f} ms")


def ask_often(usual: Sequence[bytes], converse: Converse, times: int) -> tuple[int, float]:
    """Ask so often, each time with other answers; return how often, and the seconds of the dearest."""
    spent: list[float] = []

    def once(said: Said) -> None:
        began = time.process_time()
        asyncio.run(with_a_server(said, converse))
        spent.append(time.process_time() - began)
        assert spent[-1] < MOST_SECONDS

    settings = hypothesis.settings(
        max_examples=times, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(said=said_by_a_phone(usual))(once))()
    return len(spent), max(spent)
