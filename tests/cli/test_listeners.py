"""Listening sockets: where they listen, what is said when they cannot, and when somebody answers behind them."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.cli import listeners
from app.cli.listeners import listen_for_phones, listen_for_screens, url_of, wait_until_answering
from app.errors import ConflictError, InvalidInputError
from config import Settings
from tests.free_ports import free_port


@pytest.fixture
def port() -> int:
    return free_port()


class NotFound(BaseHTTPRequestHandler):
    """Answers every request with 404."""

    def do_HEAD(self) -> None:
        self.send_error(404)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def web_server() -> Iterator[HTTPServer]:
    """A server that is not listened to by anybody yet."""
    server = HTTPServer(("127.0.0.1", 0), NotFound)
    yield server
    server.server_close()


@pytest.mark.parametrize(
    ("bind", "shown"), [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("[::1]", "[::1]")]
)
def test_it_listens_where_the_setting_says(port: int, bind: str, shown: str) -> None:
    with listen_for_screens(Settings(web_bind=f"{bind}:{port}")) as listener:
        assert url_of(listener) == f"http://{shown}:{port}/"
        socket.create_connection(listener.getsockname()[:2]).close()


def test_a_listener_at_all_addresses_is_shown_with_the_name_of_the_machine(port: int) -> None:
    with listen_for_screens(Settings(web_bind=f"0.0.0.0:{port}")) as listener:
        assert url_of(listener) == f"http://{socket.gethostname()}:{port}/"


def test_a_port_that_is_taken_names_the_setting_and_the_port(port: int) -> None:
    settings = Settings(web_bind=f"127.0.0.1:{port}", phone_bind=f"127.0.0.1:{port}")
    with (
        listen_for_screens(settings),
        pytest.raises(
            ConflictError, match=rf"^Port {port} of 127\.0\.0\.1 is in use .* RINGMASTER_PHONE_BIND"
        ),
    ):
        listen_for_phones(settings)


def test_an_address_of_another_machine_is_refused(port: int) -> None:
    with pytest.raises(ConflictError, match="set RINGMASTER_WEB_BIND to another place"):
        listen_for_screens(Settings(web_bind=f"192.0.2.1:{port}"))


def test_a_host_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(InvalidInputError, match=r"^RINGMASTER_WEB_BIND: the host .* is not known"):
        listen_for_screens(Settings(web_bind=f"[fe80::1%nowhere]:{port}"))


def test_any_answer_counts_however_late_it_comes(web_server: HTTPServer) -> None:
    waiting = threading.Thread(target=wait_until_answering, args=(web_server.socket,))
    waiting.start()
    web_server.handle_request()
    waiting.join(30)
    assert not waiting.is_alive()


def test_a_sender_that_stops_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_SLOWEST_SECONDS", 1)
    with (
        listen_for_screens(Settings(web_bind=f"127.0.0.1:{port}")) as listener,
        socket.create_connection(listener.getsockname()) as sender,
    ):
        sender.sendall(b"POST /login/")
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(100) == b"POST /login/"
            with pytest.raises(BlockingIOError):
                accepted.recv(100)


def test_a_caller_is_handed_over_with_his_first_bytes(port: int) -> None:
    with (
        listen_for_screens(Settings(web_bind=f"127.0.0.1:{port}")) as listener,
        socket.create_connection(listener.getsockname()) as silent,
        socket.create_connection(listener.getsockname()) as speaking,
    ):
        speaking.sendall(b"GET /")
        accepted, address = listener.accept()
        with accepted:
            assert address == speaking.getsockname()
        silent.sendall(b"GET /")
        accepted, address = listener.accept()
        with accepted:
            assert address == silent.getsockname()


@pytest.mark.parametrize(
    ("listen", "setting", "error"),
    [(listen_for_screens, "web_bind", BlockingIOError), (listen_for_phones, "phone_bind", TimeoutError)],
)
def test_who_does_not_take_his_answer_is_given_up(port, monkeypatch, listen, setting, error) -> None:
    monkeypatch.setattr(listeners, "_SLOWEST_TAKER_SECONDS", 1)
    with (
        listen(Settings(**{setting: f"127.0.0.1:{port}"})) as listener,
        socket.create_connection(listener.getsockname()) as taker,
    ):
        taker.sendall(b"GET /")
        accepted, _ = listener.accept()
        with accepted, pytest.raises(error):
            accepted.sendall(bytes(64 * 1024 * 1024))
