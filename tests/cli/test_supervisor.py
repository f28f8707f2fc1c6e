"""The supervisor: restarts with growing pauses, and an end for all that is quick and certain."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.cli.running import ROOT, children_of, name_of

Supervisor = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[Callable[[float], Supervisor]]:
    """Start a supervisor whose programs behave badly; it waits so many seconds for them to stop."""
    started: list[Supervisor] = []

    def start_one(stops_within: float) -> Supervisor:
        words = [sys.executable, "-m", "tests.cli.crashing", str(stops_within)]
        started.append(subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def lines_with(process: Supervisor, text: str, count: int) -> list[str]:
    """Return the next lines of the log that have the text."""
    matching = (line for line in process.stdout if text in line)
    return [next(matching) for _ in range(count)]


def wait_until_it_is_stubborn(process: Supervisor) -> None:
    lines_with(process, "It does not stop.", 1)


def test_the_pauses_before_restarts_double(start: Callable[[float], Supervisor]) -> None:
    lines = lines_with(start(0), "crashing ended with exit code 7", 4)
    pauses = [re.search(r"again in ([0-9.]+) s", line)[1] for line in lines]
    assert pauses == ["0.2", "0.4", "0.8", "1.6"]


def test_an_error_of_ours_is_told_in_its_sentence(start: Callable[[float], Supervisor]) -> None:
    lines = lines_with(start(0), "explaining", 2)
    assert lines[0].endswith("explaining ERROR The database is behind.\n")
    assert "explaining ended with exit code 1; it starts again" in lines[1]


def test_a_program_that_runs_once_is_not_started_again(start: Callable[[float], Supervisor]) -> None:
    process = start(0)
    lines = lines_with(process, "", 12)
    assert all("finishing" not in line for line in lines)
    assert "finishing" not in [name_of(child) for child in children_of(process.pid)]


def test_what_does_not_stop_is_killed(start: Callable[[float], Supervisor]) -> None:
    process = start(0.3)
    wait_until_it_is_stubborn(process)
    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    assert process.wait() == 0


def test_to_be_asked_twice_means_at_once(start: Callable[[float], Supervisor]) -> None:
    process = start(3600)
    wait_until_it_is_stubborn(process)
    process.send_signal(signal.SIGINT)
    lines_with(process, "Stopping.", 1)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
