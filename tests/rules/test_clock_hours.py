"""Business hours and the hours of maintenance windows, compared minute by minute with what the words mean."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.clock_hours import ClockHours
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.window import TimeWindow

MINUTE = timedelta(minutes=1)
BERLIN = "Europe/Berlin"
# Around the Sunday on which the clocks go back in Berlin.
FIRST = datetime(2026, 10, 23, tzinfo=UTC)
OFFICE = ClockHours(BERLIN, ("mon-fri@08:00-18:00",), frozenset({date(2026, 10, 26)}))
WINDOWS = (
    "mon-fri@08:00-18:00",
    "sat-sun@22:00-06:00",
    "sun@01:00-04:00",
    "mon-sun@00:00-24:00",
    "tue@12:00-12:30",
)

hours = st.builds(
    ClockHours,
    st.sampled_from((BERLIN, "UTC", "Asia/Kolkata")),
    st.lists(st.sampled_from(WINDOWS), min_size=1, max_size=3).map(tuple),
)
times = st.integers(0, 6 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)


def is_open(opened: ClockHours, at: datetime) -> bool:
    window = TimeWindow()
    wall = at.astimezone(ZoneInfo(opened.zone)).replace(tzinfo=None)
    minute = window.comparable(wall.isoformat())
    return any(window.test(Operator.IN, [each])(minute) for each in opened.windows)


@given(hours, times)
def test_hours_are_open_where_the_clock_on_the_wall_says_so(opened: ClockHours, at: datetime) -> None:
    until = opened.open_until(at)
    assert (until is not None) is is_open(opened, at)
    if until is not None:
        assert is_open(opened, until - MINUTE)


@given(hours, times, st.integers(0, 3 * 24 * 60))
def test_elapsed_counts_the_minutes_that_are_open(opened: ClockHours, begin: datetime, minutes: int) -> None:
    expected = sum(is_open(opened, begin + number * MINUTE) for number in range(minutes))
    assert opened.elapsed(begin, begin + minutes * MINUTE) == expected * MINUTE


@given(hours, times, st.integers(1, 24 * 60))
def test_later_is_when_so_much_has_elapsed(opened: ClockHours, at: datetime, minutes: int) -> None:
    later = opened.later(at, minutes * MINUTE)
    assert later is not None
    assert opened.elapsed(at, later) == minutes * MINUTE


@pytest.mark.parametrize(
    ("begins", "minutes", "ends"),
    [
        ("2026-10-23T15:30+00:00", 15, "2026-10-23T15:45+00:00"),
        # From Friday evening over the weekend and a holiday to Tuesday morning, which is an hour later in UTC.
        ("2026-10-23T15:50+00:00", 15, "2026-10-27T07:05+00:00"),
        ("2026-10-24T10:00+00:00", 60, "2026-10-27T08:00+00:00"),
    ],
)
def test_a_clock_runs_in_office_hours_alone(begins: str, minutes: int, ends: str) -> None:
    assert OFFICE.later(datetime.fromisoformat(begins), minutes * MINUTE) == datetime.fromisoformat(ends)


def test_hours_that_never_come_are_never_over() -> None:
    never = ClockHours(
        "UTC", ("mon@08:00-09:00",), frozenset(date(2026, 1, 1) + timedelta(days=day) for day in range(800))
    )
    assert never.later(FIRST, MINUTE) is None
