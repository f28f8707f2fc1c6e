"""Whatever is no request is refused by whoever it comes to: the web server, the phone plane, nginx before them."""

import re
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.cli.running import Running, descendants_of, environment, name_of, ringmaster
from tests.fuzzing.mutations import NASTY_BYTES, mutated
from tests.fuzzing.odd_requests import AMBIGUOUS, GET, ODD, POST
from tests.nginx import running_nginx

pytestmark = pytest.mark.flows

FEW, MANY = 25, 1_500
HEARD_SECONDS = 0.4
"""Who says nothing for so long waits for more, as it may."""
MOST_SECONDS = 12
"""A body of which nothing comes is waited for for ten seconds."""
CLOSES = GET + b"Connection: close\r\n\r\n"
DOORS = ("web", "plane", "nginx")

_answers = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n(.*?)\r\n\r\n", re.DOTALL).finditer
_SHORT = [content for content in (*AMBIGUOUS.values(), *ODD.values()) if len(content) < 2000]

Ports = Mapping[str, int]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Ports]]:
    """A whole Ringmaster on SQLite, and nginx before it; the port of each door."""
    folder: Path = tmp_path_factory.mktemp("data")
    env = environment(folder, ADMIN_PASSWORD="pass_1234", TRUSTED_PROXIES="127.0.0.1")
    with ringmaster(env) as started:
        started.hear_out()
        web, plane = started.ports[:2]
        places = {"web": f"127.0.0.1:{web}", "plane": f"127.0.0.1:{plane}"}
        with running_nginx(**places, firmware_folder=folder) as nginx:
            yield started, {"web": web, "plane": plane, "nginx": urlsplit(nginx.url).port or 0}


def heard(port: int, content: bytes) -> tuple[bytes, bool]:
    """Send this, and return what is answered until nothing more comes, and whether the connection was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=MOST_SECONDS) as connection:
        answered = bytearray()
        try:
            connection.sendall(content)
            connection.settimeout(HEARD_SECONDS)
            while piece := connection.recv(64 * 1024):
                answered += piece
        except TimeoutError:
            return bytes(answered), False
        except OSError:  # reset: what was sent is not read to its end
            pass
        return bytes(answered), True


def statuses(answered: bytes) -> list[int]:
    """Return the status of each answer, all of which have to say that they are nothing else, if there is something."""
    found = list(_answers(answered))
    for answer in found:
        if int(answer[1]) >= 200 and b"Content-Length: 0\r\n" not in answer[0]:
            assert answer[2].lower().count(b"x-content-type-options: nosniff") == 1, answer[0]
    return [int(answer[1]) for answer in found]


def workers(started: Running) -> list[int]:
    return sorted(
        pid for pid in descendants_of(started.process.pid) if name_of(pid) in {"web worker", "plane worker"}
    )


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("content", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused_and_nothing_after_it_answered(
    served: tuple[Running, Ports], door: str, content: bytes
):
    answered, is_closed = heard(served[1][door], content)
    (status,) = statuses(answered)
    assert status in {400, 501}
    assert is_closed


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_what_is_no_request_is_refused_by_who_goes_on_serving(
    served: tuple[Running, Ports], door: str, content: bytes
):
    started, ports = served
    before = workers(started)
    answered, _ = heard(ports[door], content)
    assert all(status < 500 or status in {501, 505} for status in statuses(answered))
    assert b"<script>" not in answered
    assert statuses(heard(ports[door], CLOSES)[0]) == [200]
    assert workers(started) == before


@pytest.mark.parametrize("door", DOORS)
def test_a_server_answers_or_refuses_whatever_is_sent(served: tuple[Running, Ports], door: str):
    assert send_often(served, door, FEW)[0] >= FEW


@pytest.mark.acceptance
@pytest.mark.parametrize("door", DOORS)
def test_a_server_answers_or_refuses_whatever_is_sent_many_times(
    served: tuple[Running, Ports], door: str, record_property
):
    sent, longest = send_often(served, door, MANY)
    record_property("connections", f"{sent:,}")
    record_property("longest", f"{longest:.1f} s")


def send_often(served: tuple[Running, Ports], door: str, times: int) -> tuple[int, float]:
    """Send so often what nearly is a request, and one that is; return how often, and the seconds of the longest."""
    started, ports = served
    before = workers(started)
    spent: list[float] = []

    def once(content: bytes, put_in: bytes) -> None:
        began = time.monotonic()
        answered, _ = heard(ports[door], content + put_in + CLOSES)
        spent.append(time.monotonic() - began)
        assert all(status < 500 or status in {501, 505} for status in statuses(answered)), answered
        assert spent[-1] < MOST_SECONDS

    settings = hypothesis.settings(
        max_examples=times, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    near = mutated([GET + b"\r\n", POST + b"Content-Length: 2\r\n\r\n{}", *_SHORT], most_changes=4)
    settings(hypothesis.given(content=near, put_in=st.sampled_from((b"", *NASTY_BYTES)))(once))()
    assert statuses(heard(ports[door], CLOSES)[0]) == [200]
    assert workers(started) == before
    return len(spent), max(spent)
