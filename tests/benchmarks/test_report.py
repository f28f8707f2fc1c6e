"""The page says what was measured, in units of the baseline."""

from datetime import UTC, datetime

from benchmarks.load import Answers
from benchmarks.report import Measured, Results, as_page, as_table, is_steady_throughout, lines
from benchmarks.rounds import Plan, Slice

PLAN = Plan(rounds=2, seconds=1, connections=64, phones=1_000)


def taken(count: int, cpu: float, database: float = 0.0) -> Slice:
    return Slice(Answers(count, failures=0, seconds=1.0, p50=0.002, p99=0.0105), cpu, database)


HELLO = [taken(1000, 0.5), taken(2000, 1.0)]
PLANE = [taken(3000, 0.6, 0.3), taken(4000, 0.8, 0.4)]


def test_rate_and_cpu_are_given_in_units_of_the_baseline_of_the_same_round() -> None:
    _, plane = lines(["hello", "plane"], [HELLO, PLANE])
    assert (plane.rate.least, plane.rate.median, plane.rate.most) == (2.0, 2.5, 3.0)
    assert plane.cpu.median == 0.4
    assert plane.per_second == 3500


def test_the_table_shows_microseconds_and_milliseconds() -> None:
    table = as_table(lines(["hello", "plane"], [HELLO, PLANE]))
    row = [cell.strip() for cell in table.splitlines()[-1].strip("|").split("|")]
    assert row == [
        "plane",
        "2.50 (2.00 to 3.00)",
        "3,500",
        "0.40 (0.40 to 0.40)",
        "200",
        "100",
        "2.0",
        "10.5",
    ]


def test_a_database_without_a_server_shows_no_cpu_of_one() -> None:
    (hello,) = lines(["hello"], [HELLO])
    assert not as_table([hello]).splitlines()[-1].split("|")[6].strip()


def page(*, steady: bool) -> str:
    results = Results(
        measured=[Measured(PLAN, lines(["hello", "plane"], [HELLO, PLANE]))],
        is_steady=steady,
        generator="wrk 4.1.0",
        ceiling=17_000.0,
    )
    return as_page(results, {"Python": "3.11.9"}, datetime(2026, 3, 9, tzinfo=UTC))


def test_the_page_names_day_machine_generator_and_ceiling() -> None:
    text = page(steady=True)
    for fact in ("2026-03-09", "* Python: 3.11.9", "wrk 4.1.0", "17,000 requests", "64 connections"):
        assert fact in text


def test_the_page_warns_of_a_machine_that_was_too_busy() -> None:
    assert "too busy" in page(steady=False)
    assert "too busy" not in page(steady=True)


def test_the_baseline_decides_whether_a_session_was_steady() -> None:
    assert is_steady_throughout([HELLO, PLANE])
    assert not is_steady_throughout([[taken(1000, 0.5), taken(2600, 1.0)], PLANE])
