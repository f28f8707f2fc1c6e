"""What `make check` makes of the advisories on libraries, and of a service that is not there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.free_ports import free_port
from tools import check_advisories
from tools.check_advisories import locked, main


class Service(ThreadingHTTPServer):
    """Speaks as OSV.dev does; knows the weaknesses that it is given."""

    known: dict[str, list[str]]
    asked: list[dict[str, Any]]
    answers: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/querybatch"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked += queries
        results: list[dict[str, Any]] = [
            {"vulns": [{"id": known, "modified": "2026-01-01"} for known in ids]} if ids else {}
            for ids in (self.server.known.get(query["package"]["name"], []) for query in queries)
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answers or json.dumps({"results": results}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(("127.0.0.1", 0), Handler) as server:
        server.known, server.asked = {}, []
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def test_every_library_of_every_lock_file_is_asked_about(
    service: Service, capsys: pytest.CaptureFixture[str]
):
    assert main(service.url) == 0
    asked = [(query["package"]["name"], query["version"]) for query in service.asked]
    assert asked == locked()
    assert {"flask", "pytest", "gunicorn-h1c"} <= {name for name, _ in asked}
    assert {query["package"]["ecosystem"] for query in service.asked} == {"PyPI"}
    assert capsys.readouterr().out == ""


def test_a_weakness_ends_the_check(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    service.known["flask"] = ["GHSA-1111-2222-3333", "PYSEC-2026-1"]
    assert main(service.url) == 1
    said = capsys.readouterr().out
    version = dict(locked())["flask"]
    assert f"flask {version} has known weaknesses: GHSA-1111-2222-3333, PYSEC-2026-1 (" in said
    monkeypatch.setattr(
        check_advisories, "ACCEPTED", {"GHSA-1111-2222-3333": "a reason", "PYSEC-2026-1": "another"}
    )
    assert main(service.url) == 0


@pytest.mark.parametrize(
    "answers",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"results": []}',
        b'{"results": [1]}',
        b'{"results": [{"vulns": [{}]}]}',
    ],
)
def test_an_answer_that_says_nothing_is_none(
    service: Service, capsys: pytest.CaptureFixture[str], answers: bytes
):
    service.answers = answers or b" "
    assert main(service.url) == 0
    assert "Nobody was asked" in capsys.readouterr().out


def test_without_a_network_it_is_said_that_nobody_was_asked(capsys: pytest.CaptureFixture[str]):
    assert main(f"http://127.0.0.1:{free_port()}/") == 0
    assert "Nobody was asked about known weaknesses of libraries" in capsys.readouterr().out
