"""Lines give rates, CPU and lateness in units of the baseline of the same round."""

from benchmarks.load import Answers
from benchmarks.ratios import Spread
from benchmarks.rounds import Slice
from benchmarks.servers import Server
from benchmarks.summary import lines, rates, shown, table
from benchmarks.tables import as_table
from benchmarks.variants import Variant

SERVER = Server(pid=1, port=1)


def taken(count: int, cpu: float, p99: float, database: float = 0.0) -> Slice:
    return Slice(Answers(count, failures=0, seconds=1.0, p50=0.002, p99=p99), cpu, database)


HELLO = [taken(1000, 0.5, 0.01), taken(2000, 1.0, 0.02)]
PLANE = [taken(3000, 0.6, 0.02, 0.3), taken(4000, 0.8, 0.02, 0.4)]
FOUND = lines([Variant("hello", SERVER), Variant("plane", SERVER)], [HELLO, PLANE])


def test_rate_and_cpu_are_given_in_units_of_the_baseline_of_the_same_round() -> None:
    plane = FOUND["plane"]
    assert (plane.rate.least, plane.rate.median, plane.rate.most) == (2.0, 2.5, 3.0)
    assert plane.cpu.median == 0.4
    assert plane.per_second == 3500
    assert (plane.lateness.least, plane.lateness.most) == (1.0, 2.0)


def test_the_table_shows_microseconds_and_milliseconds() -> None:
    row = [cell.strip() for cell in table(FOUND).splitlines()[-1].strip("|").split("|")]
    assert row == [
        "plane",
        "2.50 (2.00 to 3.00)",
        "3,500",
        "0.40 (0.40 to 0.40)",
        "200",
        "100",
        "2.0",
        "20.0",
    ]


def test_a_database_without_a_server_shows_no_cpu_of_one() -> None:
    hello = table({"hello": FOUND["hello"]})
    assert not hello.splitlines()[-1].split("|")[6].strip()


def test_rates_are_those_of_each_round() -> None:
    assert rates(HELLO) == [1000.0, 2000.0]


def test_a_spread_is_shown_with_its_extremes() -> None:
    assert shown(Spread(2.5, 2.0, 3.25)) == "2.50 (2.00 to 3.25)"


def test_a_table_puts_words_left_and_figures_right() -> None:
    assert as_table(["name", "rate"], [["a", "1"], ["longer", "10"]]) == (
        "| name   | rate |\n| ------ | ---: |\n| a      |    1 |\n| longer |   10 |"
    )
