"""Both generators send what the file of requests says, in its order, and count what comes back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import asks, reports
from benchmarks.asks import Ask
from benchmarks.load import Generator, Load, Script, Wrk
from benchmarks.plain_client import PlainClient
from tests.benchmarks.recording import Recorder, recorder


@pytest.fixture(name="server")
def _server() -> Iterator[Recorder]:
    with recorder() as server:
        yield server


@pytest.fixture(params=[Wrk, PlainClient])
def generator(request: pytest.FixtureRequest) -> Generator:
    made: Generator = request.param()
    return made


def load_of(server: Recorder, file: Path, *, changes: bool = False) -> Load:
    asks.write(file, reports.asks(5))
    return Load(server.url, 1, 1, Script(file, first=3, tag="0badcafe", change_each_lap=changes))


def marks(server: Recorder) -> list[tuple[str, str]]:
    """Return desk, and tag with lap; without the request that wrk makes before it begins to count."""
    return [re.findall(r"Desk (\d+), (\w+)", one.body.decode())[0] for one in server.received]


def test_requests_follow_one_another_round_and_round(
    generator: Generator, server: Recorder, tmp_path: Path
) -> None:
    generator.send(load_of(server, tmp_path / "asks", changes=True))
    expected = [
        ("3", "0badcafe0000"),
        ("4", "0badcafe0000"),
        *((str(number), "0badcafe0001") for number in range(5)),
        *((str(number), "0badcafe0002") for number in range(5)),
    ]
    first = expected.index(marks(server)[0])
    assert marks(server)[: len(expected) - first] == expected[first:]


def test_reports_that_are_to_say_the_same_say_it_in_each_lap(
    generator: Generator, server: Recorder, tmp_path: Path
) -> None:
    generator.send(load_of(server, tmp_path / "asks"))
    assert {mark for _, mark in marks(server)} == {"0badcafe0000"}


def test_method_path_headers_and_body_arrive_as_they_were_laid_down(
    generator: Generator, server: Recorder, tmp_path: Path
) -> None:
    asks.write(
        tmp_path / "asks", [Ask("GET", "/a.cfg", headers=('If-None-Match: "x"', "Accept: text/plain"))]
    )
    generator.send(Load(server.url, 1, 1, Script(tmp_path / "asks", 0, "0badcafe", change_each_lap=False)))
    received = server.received[-1]
    assert (received.method, received.path, received.body) == ("GET", "/a.cfg", b"")
    assert received.headers["If-None-Match"] == '"x"'
    assert received.headers["Accept"] == "text/plain"


def test_a_connection_that_is_to_be_closed_is_followed_by_another(
    generator: Generator, server: Recorder, tmp_path: Path
) -> None:
    pair = [Ask("GET", "/first"), Ask("GET", "/last", headers=("Connection: close",))]
    asks.write(tmp_path / "asks", pair)
    answers = generator.send(
        Load(server.url, 1, 1, Script(tmp_path / "asks", 0, "0badcafe", change_each_lap=False))
    )
    assert answers.failures == 0
    last = [one for one in server.received if one.path == "/last"]
    assert len(last) <= server.connections <= len(last) + 2


@pytest.mark.parametrize("status", [200, 304])
def test_success_and_not_modified_are_answers(generator: Generator, server: Recorder, status: int) -> None:
    server.status = status
    answers = generator.send(Load(f"{server.url}/x", connections=2, seconds=1))
    assert answers.count > 0
    assert answers.failures == 0
    assert 0 < answers.p50 <= answers.p99


def test_an_answer_that_is_no_success_is_a_failure(
    generator: Generator, server: Recorder, tmp_path: Path
) -> None:
    server.status = 503
    answers = generator.send(load_of(server, tmp_path / "asks"))
    assert answers.count == 0
    assert answers.failures > 0


def test_a_server_that_hangs_up_is_a_failure_of_the_plain_client(server: Recorder, tmp_path: Path) -> None:
    load = load_of(server, tmp_path / "asks")
    server.socket.close()
    assert PlainClient().send(load).failures > 0
