"""The driver for phones' web pages, against the simulator's: who is asked, when, and what may not be repeated."""

import asyncio
import socket

import pytest

from app.models.enums import Action
from app.phone_client import connections, web_pages
from app.rules.phone_calls import FACTORY, Answer, SignIn
from simulator.web_pages import Manner
from tests.phone_client.desk import Desk, call, visited


async def permitted() -> bool:
    return True


async def forbidden() -> bool:
    return False


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (Action.RESTART, "reset"),
        (Action.UPDATE, "update_configuration"),
        (Action.FIRMWARE, "update_firmware"),
    ],
)
def test_a_phone_is_asked_by_its_own_form(action, command):
    desk = Desk()
    outcome = visited(desk, lambda port: web_pages.ask(call(port, action), permitted))
    assert (outcome.answer, desk.obeyed) == (Answer.ASKED, [command])


def test_a_phone_answers_a_status_check_at_once():
    outcome = visited(Desk(), lambda port: web_pages.ask(call(port, Action.CHECK_STATUS), forbidden))
    assert outcome.answer is Answer.DONE


def test_what_may_not_be_sent_is_not_sent():
    desk = Desk()
    outcome = visited(desk, lambda port: web_pages.ask(call(port), forbidden))
    assert (outcome.answer, desk.obeyed) == (Answer.LOST, [])


def test_a_phone_that_refuses_the_password_is_not_asked():
    desk = Desk(web_credentials=("admin", "another"))
    outcome = visited(desk, lambda port: web_pages.ask(call(port), permitted))
    assert (outcome.answer, desk.obeyed) == (Answer.NOT_ASKED, [])
    assert "refuse the user name" in outcome.reason


def test_a_phone_that_has_not_loaded_its_file_opens_with_what_it_left_the_factory_with():
    desk, sign_ins = Desk(), [SignIn("admin", "of its file"), FACTORY]
    outcome = visited(desk, lambda port: web_pages.ask(call(port, sign_ins=sign_ins), permitted))
    assert (outcome.answer, desk.obeyed) == (Answer.ASKED, ["reset"])


def test_another_phone_at_the_address_is_not_asked():
    desk = Desk(mac="00908f00beef")
    outcome = visited(desk, lambda port: web_pages.ask(call(port), permitted))
    assert (outcome.answer, desk.obeyed) == (Answer.NOT_ASKED, [])
    assert "Another machine" in outcome.reason


def test_a_slow_phone_is_waited_for():
    desk = Desk()
    outcome = visited(desk, lambda port: web_pages.ask(call(port), permitted), Manner.SLOW)
    assert (outcome.answer, desk.obeyed) == (Answer.ASKED, ["reset"])


@pytest.mark.parametrize("manner", [Manner.AWAY, Manner.MUTE])
def test_a_phone_that_does_not_answer_is_not_asked(manner, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    outcome = visited(Desk(), lambda port: web_pages.ask(call(port), permitted), manner)
    assert outcome.answer is Answer.NOT_ASKED


def test_where_nobody_listens_nothing_was_asked():
    with socket.create_server(("127.3.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = asyncio.run(web_pages.ask(call(port), permitted))
    assert (outcome.answer, outcome.reason) == (Answer.NOT_ASKED, "It refuses connections.")


def raw(answer: bytes, *, is_last: bool):
    """Return a story: pages that answer in these bytes, to the first request or to the one that restarts."""

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if is_last and b"reboot" not in head:
            body = b"<html>00:90:8F:00:00:01</html>"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        else:
            writer.write(answer)
        await writer.drain()
        writer.close()

    async def scene():
        server = await asyncio.start_server(serve, "127.3.0.1", 0)
        async with server:
            return await web_pages.ask(call(server.sockets[0].getsockname()[1]), permitted)

    return asyncio.run(scene())


def test_a_phone_that_hangs_up_to_obey_may_have_obeyed():
    outcome = raw(b"", is_last=True)
    assert (outcome.answer, "may have obeyed" in outcome.reason) == (Answer.DOUBTFUL, True)


def test_no_redirect_is_followed():
    with socket.create_server(("127.3.0.2", 0)) as elsewhere:
        place = elsewhere.getsockname()[1]
        moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.3.0.2:%d/\r\nContent-Length: 0\r\n\r\n" % place
        outcome = raw(moved, is_last=False)
        elsewhere.settimeout(0)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert outcome.answer is Answer.NOT_ASKED


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["no HTTP", "endless", "said to be compressed", "an error"],
)
def test_what_is_no_phone_is_not_asked(answer):
    assert raw(answer, is_last=False).answer is Answer.NOT_ASKED
