"""What phones are told of a time zone."""

from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.rendering.daylight import ChangeDate, DateFormat, DayOfWeek
from app.rendering.zone_clock import gmt_offset_text, zone_clock

HOUR = timedelta(hours=1)
SUNDAY, FRIDAY = DayOfWeek.SUNDAY, DayOfWeek.FRIDAY


@pytest.mark.parametrize(
    ("name", "offset", "start", "end"),
    [
        ("Europe/Berlin", "+01:00", (3, 5, SUNDAY, 2), (10, 5, SUNDAY, 3)),
        ("Europe/London", "+00:00", (3, 5, SUNDAY, 1), (10, 5, SUNDAY, 2)),
        ("America/New_York", "-05:00", (3, 2, SUNDAY, 2), (11, 1, SUNDAY, 2)),
        ("Australia/Sydney", "+10:00", (10, 1, SUNDAY, 2), (4, 1, SUNDAY, 3)),
    ],
)
def test_a_rule_is_told_as_month_week_and_day(name: str, offset: str, start: tuple, end: tuple) -> None:
    clock = zone_clock(ZoneInfo(name), 2026)
    assert gmt_offset_text(clock.gmt_offset) == offset
    assert clock.daylight.is_active
    assert clock.holds_every_year
    assert clock.daylight.date_format is DateFormat.DAY_OF_WEEK
    for date, (month, week, day, hour) in ((clock.daylight.start, start), (clock.daylight.end, end)):
        assert date == ChangeDate(month=month, week=week, day_of_week=day, hour=hour)
    assert clock.daylight.offset == HOUR


def test_dates_that_move_are_those_of_the_year() -> None:
    clock = zone_clock(ZoneInfo("Asia/Jerusalem"), 2026)
    assert not clock.holds_every_year
    assert clock.daylight.date_format is DateFormat.FIXED
    assert (clock.daylight.start.month, clock.daylight.start.day, clock.daylight.start.hour) == (3, 27, 2)
    assert (clock.daylight.end.month, clock.daylight.end.day, clock.daylight.end.hour) == (10, 25, 2)


def test_a_zone_without_summer_has_none() -> None:
    clock = zone_clock(ZoneInfo("Asia/Kolkata"), 2026)
    assert gmt_offset_text(clock.gmt_offset) == "+05:30"
    assert not clock.daylight.is_active


def test_the_lower_offset_is_the_zones_own_whatever_the_law_calls_it() -> None:
    clock = zone_clock(ZoneInfo("Europe/Dublin"), 2026)
    assert gmt_offset_text(clock.gmt_offset) == "+00:00"
    assert clock.daylight.start.month == 3


def test_half_an_hour_of_summer_is_told_as_such() -> None:
    assert zone_clock(ZoneInfo("Australia/Lord_Howe"), 2026).daylight.offset == HOUR / 2


def test_an_offset_west_of_greenwich_has_its_minutes() -> None:
    assert gmt_offset_text(timedelta(hours=-3, minutes=-30)) == "-03:30"


def test_every_zone_can_be_told() -> None:
    for name in available_timezones():
        clock = zone_clock(ZoneInfo(name), 2026)
        assert -timedelta(hours=13) < clock.gmt_offset <= timedelta(hours=14), name
