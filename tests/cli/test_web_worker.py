"""Whoever sends nothing, or half a request, keeps nobody else waiting; a real server, without nginx before it."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.cli.web_worker import MOST_OF_A_BODY, MOST_OF_A_HEAD, SECONDS_TO_COME, is_whole
from tests.cli.running import Running, descendants_of, environment, ringmaster

HEAD = b"GET /health/live HTTP/1.1\r\nHost: here\r\n"
CLOSES = HEAD + b"Connection: close\r\n\r\n"
FORM = b"username=nobody&password=nothing"
POST = (
    b"POST /login/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
SENT = POST + b"Content-Length: %d\r\n\r\n" % len(FORM) + FORM
LARGE_HEAD = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 4_000) for number in range(12))
NOT_WHOLE = {
    "nothing": b"",
    "a byte": b"G",
    "half a line": b"GET /health",
    "empty lines": b"\r\n\r\n",
    "half a line behind empty ones": b"\r\n\r\n\r\nGET /health",
    "half a head": HEAD,
    "all but the last byte of a head": CLOSES[:-1],
    "a head without its form": SENT.removesuffix(FORM),
    "half a form": SENT[:-1],
    "a form whose length has many digits": POST + b"Content-Length: 0000000000%d\r\n\r\n" % MOST_OF_A_BODY,
    "a form behind a large head": POST + LARGE_HEAD + b"Content-Length: %d\r\n\r\n" % MOST_OF_A_BODY,
    "a form whose length ends the head": POST + b"cONTENT-lENGTH:\t5 \r\n\r\n1234",
}
WRONG = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    "a head without end": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000,
}
LARGE = {
    "a large form": POST + b"Content-Length: 500000\r\n\r\n" + b"a" * 40_000,
    "a form in pieces": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "a form that is to be asked for": POST + b"Expect: 100-continue\r\nContent-Length: 500\r\n\r\n",
}
"""What a thread would read while it comes."""
FAR_MORE_THAN_THREADS = 40
SOON = 3
"""Seconds: without threads that are free nothing would be answered for longer."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole Ringmaster on SQLite."""
    folder: Path = tmp_path_factory.mktemp("data")
    with ringmaster(environment(folder, ADMIN_PASSWORD="pass_1234")) as started:
        started.hear_out()
        yield started


def connected(served: Running, seconds: float = SOON) -> socket.socket:
    """Return a connection to the screens, on which nothing is waited for longer than this."""
    return socket.create_connection(("127.0.0.1", served.ports[0]), timeout=seconds)


def answer_to(connection: socket.socket) -> bytes:
    """Return all that is answered until the other side closes the connection."""
    content = bytearray()
    while piece := connection.recv(64 * 1024):
        content += piece
    return bytes(content)


@pytest.mark.parametrize("begun", [*NOT_WHOLE.values(), *LARGE.values()], ids=[*NOT_WHOLE, *LARGE])
def test_who_does_not_go_on_keeps_nobody_waiting(served: Running, begun: bytes):
    with ExitStack() as stack:
        for number in range(FAR_MORE_THAN_THREADS):
            before = HEAD + b"\r\n" if number % 2 and begun else b""  # one that is answered
            stack.enter_context(connected(served)).sendall(before + begun)
        for _ in range(3):
            with closing(connected(served)) as other:
                other.sendall(CLOSES)
                assert answer_to(other).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("content", [CLOSES, SENT], ids=["a page", "a form"])
def test_what_comes_byte_by_byte_is_answered_when_it_is_whole(served: Running, content: bytes):
    with closing(connected(served)) as slow:
        for byte in content:
            slow.sendall(bytes([byte]))
        assert answer_to(slow).startswith(b"HTTP/1.1 200 " if content is CLOSES else b"HTTP/1.1 400 ")


def test_the_largest_form_behind_a_large_head_is_taken_whole(served: Running):
    form = b"username=nobody&password=" + b"a" * (MOST_OF_A_BODY - 25)
    content = POST + LARGE_HEAD + b"Content-Length: %d\r\n\r\n" % len(form) + form
    assert MOST_OF_A_BODY < len(content) < MOST_OF_A_HEAD + MOST_OF_A_BODY
    with closing(connected(served)) as slow:
        for start in range(0, len(content), 5_000):
            slow.sendall(content[start : start + 5_000])
            time.sleep(0.01)
        assert answer_to(slow).startswith(b"HTTP/1.1 400 ")  # it has no token of ours


def test_a_connection_that_is_kept_waits_like_a_new_one(served: Running):
    with closing(connected(served)) as kept:
        kept.sendall(HEAD + b"\r\n")
        answered = b""
        while not answered.endswith(b'"live"}\n'):
            answered += kept.recv(64 * 1024)
        assert answered.startswith(b"HTTP/1.1 200 ")
        kept.sendall(CLOSES[:20])
        time.sleep(0.2)
        kept.sendall(CLOSES[20:])
        assert answer_to(kept).startswith(b"HTTP/1.1 200 ")


@pytest.mark.acceptance
def test_who_drips_is_given_up(served: Running):
    begun = time.monotonic()
    with closing(connected(served)) as slow:
        slow.sendall(HEAD)
        try:
            while time.monotonic() - begun < SECONDS_TO_COME + 5:
                slow.sendall(b"a: b\r\n")
                time.sleep(0.2)
        except ConnectionError:
            return
    pytest.fail("It was heard out.")


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_no_request_is_refused_at_once(served: Running, content: bytes):
    with closing(connected(served)) as other:
        try:
            other.sendall(content)
            answered = answer_to(other)
        except ConnectionResetError:  # it was closed before all of it was read
            return
        assert answered.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")) or not answered


def test_who_leaves_in_the_middle_costs_no_time(served: Running):
    def ticks() -> int:
        times = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in processes]
        return sum(int(number) for pair in times for number in pair)

    processes = descendants_of(served.process.pid)
    with ExitStack() as stack:
        for begun in NOT_WHOLE.values():
            left = stack.enter_context(connected(served))
            left.sendall(begun)
            left.shutdown(socket.SHUT_WR)
        for begun in NOT_WHOLE.values():
            stack.enter_context(connected(served)).sendall(begun)
        time.sleep(0.5)
        before = ticks()
        time.sleep(1)
        assert ticks() - before < 50  # of a hundred: a poller that is told the same again and again takes all


@pytest.mark.parametrize("content", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_a_part_of_a_request_is_not_whole(content: bytes):
    assert not is_whole(content)


@pytest.mark.parametrize(
    "content",
    [
        CLOSES,
        SENT,
        SENT + CLOSES,
        POST + b"Content-Length: %d\r\n\r\n" % (MOST_OF_A_BODY + 1),
        POST + b"Content-Length: 9999999\r\n\r\n",
        POST + b"content-length: x\r\n\r\n",
        POST + b"Content-Length:\r\n\r\n",
        POST + b"Content-Length: 1\r\ncontent-length: 2\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_what_a_thread_can_read_is_given_to_it(content: bytes):
    assert is_whole(content)
