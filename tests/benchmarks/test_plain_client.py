"""The generator for machines without wrk sends what it is told, and counts what comes back."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks import reports
from benchmarks.load import Load, Reports
from benchmarks.plain_client import PlainClient


class Recorder(ThreadingHTTPServer):
    """Keeps what it is sent, and answers with the status it is given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.bodies: list[bytes] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/x"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def load_of(recorder: Recorder, tmp_path: Path, *, changes: bool) -> Load:
    reports.write_bodies(tmp_path / "bodies", 5)
    chosen = Reports(tmp_path / "bodies", first=3, tag="0badcafe", change_each_lap=changes)
    return Load(recorder.url, connections=1, seconds=1, reports=chosen)


def marks(recorder: Recorder) -> list[str]:
    return [re.findall(r"Desk (\d+), (\w+)", body.decode())[0] for body in recorder.bodies]


def test_reports_follow_one_another_round_and_round(recorder: Recorder, tmp_path: Path) -> None:
    answers = PlainClient().send(load_of(recorder, tmp_path, changes=True))
    assert marks(recorder)[:7] == [
        ("3", "0badcafe0000"),
        ("4", "0badcafe0000"),
        *((str(number), "0badcafe0001") for number in range(5)),
    ]
    assert answers.count == len(recorder.bodies)
    assert answers.failures == 0


def test_reports_that_are_to_say_the_same_say_it_in_each_lap(recorder: Recorder, tmp_path: Path) -> None:
    PlainClient().send(load_of(recorder, tmp_path, changes=False))
    assert {mark for _, mark in marks(recorder)} == {"0badcafe0000"}


def test_an_answer_that_is_no_success_is_a_failure(recorder: Recorder, tmp_path: Path) -> None:
    recorder.status = 503
    answers = PlainClient().send(load_of(recorder, tmp_path, changes=True))
    assert (answers.count, answers.failures) == (0, len(recorder.bodies))


def test_a_server_that_hangs_up_is_a_failure(recorder: Recorder, tmp_path: Path) -> None:
    load = load_of(recorder, tmp_path, changes=True)
    recorder.socket.close()
    assert PlainClient().send(load).failures > 0


def test_without_reports_it_asks_by_get(recorder: Recorder) -> None:
    answers = PlainClient().send(Load(recorder.url, connections=2, seconds=1))
    assert answers.count > 0
    assert 0 < answers.p50 <= answers.p99
    assert not recorder.bodies
