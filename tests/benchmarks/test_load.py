"""wrk: how it is called, and what its output means."""

from pathlib import Path

import pytest

from benchmarks.asks import MARK
from benchmarks.load import Answers, Load, Script, parse_wrk, wrk_command

OUTPUT = """Running 2s test @ http://127.0.0.1:8081/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    12.66ms    2.00ms  40.11ms   81.00%
  9989 requests in 2.00s, 1.60MB read
Requests/sec:   4991.64
{"requests": 9980, "microseconds": 2000000, "failures": 9, "p50": 12494, "p99": 16922}
"""


def test_the_line_of_the_script_is_read_in_seconds() -> None:
    assert parse_wrk(OUTPUT) == Answers(count=9980, failures=9, seconds=2.0, p50=0.012494, p99=0.016922)


def test_the_rate_counts_only_what_was_answered_with_success() -> None:
    assert parse_wrk(OUTPUT).per_second == 4990


def test_output_without_the_script_s_line_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        parse_wrk("Requests/sec:   4991.64\n")


def test_without_a_script_wrk_asks_for_the_address_alone() -> None:
    command = wrk_command(Load("http://127.0.0.1:1/", connections=4, seconds=3))
    assert {"-t1", "-c4", "-d3s"} <= set(command)
    assert command[-1] == "http://127.0.0.1:1/"


def test_wrk_is_told_which_requests_to_send() -> None:
    script = Script(Path("asks"), first=17, tag="0badcafe", change_each_lap=True)
    command = wrk_command(Load("http://127.0.0.1:1/", connections=4, seconds=3, script=script))
    assert command[-6:] == ["--", "asks", MARK, "0badcafe", "yes", "17"]
