"""What stands before Flask: phones leave threads to people, whatever becomes of their requests."""

import json
import socket

import pytest

from app.phone_api.wsgi import HELD, IS_STREAMED, PhoneThreads

PHONES, PEOPLE = "/configfiles/a.cfg", "/login/"


class FailureError(Exception):
    """What an application fails with."""


class Application:
    """An application that answers, fails or streams as its caller wishes."""

    def __init__(self):
        self.inside = None
        self.closed = 0

    def __call__(self, environ, start_response):
        if self.inside is not None:
            self.inside()
        if environ.get("fails"):
            raise FailureError
        environ[IS_STREAMED] = environ.get("streams", False)
        start_response("200 OK", [])
        return self if environ.get("streams") else [b"answer"]

    def __iter__(self):
        return iter([b"str", b"eam"])

    def close(self):
        self.closed += 1


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def one_thread(application):
    return PhoneThreads(application, most=1)


def ask(threads, path=PHONES, **environ):
    """Return status, headers and body that are not yet read, or closed."""
    answered = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", **environ}
    body = threads(environ, lambda status, headers: answered.append((status, dict(headers))))
    return *answered[0], body


def check_refused(answer):
    status, headers, (body,) = answer
    assert status == "503 Service Unavailable"
    assert 15 <= int(headers["Retry-After"]) <= 45
    assert headers["Content-Length"] == str(len(body))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(body)["error"].endswith("Try again later.")


def test_beyond_their_threads_phones_are_refused_and_people_are_not(application, one_thread):
    seen = []

    def others_come():
        application.inside = None
        seen.append(ask(one_thread))
        seen.append(ask(one_thread, PEOPLE))

    application.inside = others_come
    assert ask(one_thread)[0] == "200 OK"
    check_refused(seen[0])
    assert seen[1][0] == "200 OK"
    assert ask(one_thread)[0] == "200 OK"


def test_a_streamed_answer_keeps_its_thread_until_it_is_closed(application, one_thread):
    status, _, body = ask(one_thread, streams=True)
    assert (status, list(body)) == ("200 OK", [b"str", b"eam"])
    check_refused(ask(one_thread))
    body.close()
    assert application.closed == 1
    assert ask(one_thread)[0] == "200 OK"


def test_a_failure_gives_the_thread_back(application, one_thread):
    for _ in range(3):
        with pytest.raises(FailureError):
            ask(one_thread, fails=True)
    assert ask(one_thread)[0] == "200 OK"


def test_what_is_held_for_a_request_is_let_go_of_when_it_fails(application, one_thread):
    let_go = []
    environ = {"PATH_INFO": PHONES, "REQUEST_METHOD": "GET", "fails": True}
    application.inside = lambda: environ[HELD].callback(let_go.append, "slot")
    with pytest.raises(FailureError):
        one_thread(environ, lambda *_: None)
    assert let_go == ["slot"]


def test_a_refused_head_has_no_body(one_thread):
    ask(one_thread, streams=True)
    status, _, body = ask(one_thread, REQUEST_METHOD="HEAD")
    assert (status[:3], body) == ("503", [])


class TestTheBodyOfWhoIsRefused:
    @pytest.fixture(autouse=True)
    def _in_use(self, one_thread):
        ask(one_thread, streams=True)

    @pytest.fixture
    def ends(self):
        ours, theirs = socket.socketpair()
        with ours, theirs, ours.makefile("rb", buffering=0) as received:
            yield ours, theirs, received

    def refused(self, one_thread, ends, **framing):
        ours, _, received = ends
        answer = ask(
            one_thread, REQUEST_METHOD="POST", **{"gunicorn.socket": ours, "wsgi.input": received}, **framing
        )
        check_refused(answer)
        return answer[1]

    @pytest.mark.parametrize("framing", [{"CONTENT_LENGTH": "600"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
    def test_it_is_not_waited_for(self, one_thread, ends, framing):
        ours, theirs, _ = ends
        theirs.sendall(b"{")
        assert self.refused(one_thread, ends, **framing)["Connection"] == "close"
        assert ours.gettimeout() is None
        assert ours.recv(1) == b""

    def test_it_is_taken_in_where_it_is_there_and_the_connection_is_kept(self, one_thread, ends):
        ours, theirs, _ = ends
        theirs.sendall(b"{}")
        theirs.shutdown(socket.SHUT_WR)  # where a body of a server's own would end
        assert "Connection" not in self.refused(one_thread, ends, CONTENT_LENGTH="2")
        assert ours.gettimeout() is None

    def test_one_that_is_too_long_is_not_waited_for(self, one_thread, ends, monkeypatch):
        monkeypatch.setattr("app.phone_api.wsgi.MAX_BODY_BYTES", 10)
        ends[1].sendall(b"x" * 20)
        assert self.refused(one_thread, ends, CONTENT_LENGTH="20")["Connection"] == "close"

    def test_one_that_comes_drop_by_drop_is_not_waited_for(self, one_thread, ends, monkeypatch):
        monkeypatch.setattr("app.phone_api.wsgi.time.monotonic", iter(range(100)).__next__)
        ends[1].sendall(b"x" * 500)
        assert self.refused(one_thread, ends, CONTENT_LENGTH="600")["Connection"] == "close"

    def test_who_has_left_is_no_trouble(self, one_thread, ends):
        ends[1].close()
        self.refused(one_thread, ends, CONTENT_LENGTH="600")

    @pytest.mark.parametrize("length", ["", "0"])
    def test_of_who_sends_none_the_connection_is_kept(self, one_thread, ends, length):
        assert "Connection" not in self.refused(one_thread, ends, CONTENT_LENGTH=length)
