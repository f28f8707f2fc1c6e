"""The block of daylight saving in a phone's file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.errors import InvalidInputError
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, DayOfWeek, daylight_lines
from app.rendering.overlay_lines import check_parameter, check_value

EUROPE = DaylightSaving(
    is_active=True,
    date_format=DateFormat.DAY_OF_WEEK,
    start=ChangeDate(month=3, week=5, day_of_week=DayOfWeek.SUNDAY, hour=2, minute=30),
    end=ChangeDate(month=10, week=5, day_of_week=DayOfWeek.SATURDAY, hour=3),
)


def test_whole_block_is_written() -> None:
    assert [f"{name}={value}" for name, value in daylight_lines(EUROPE)] == [
        "system/daylight_saving/activate=Enable",
        "system/daylight_saving/mode=DayOfWeek",
        "system/daylight_saving/offset=60",
        "system/daylight_saving/start_date/month=3",
        "system/daylight_saving/start_date/day=1",
        "system/daylight_saving/start_date/week=5",
        "system/daylight_saving/start_date/day_of_week=SUNDAY",
        "system/daylight_saving/start_date/hour=2",
        "system/daylight_saving/start_date/minute=30",
        "system/daylight_saving/end_date/month=10",
        "system/daylight_saving/end_date/day=1",
        "system/daylight_saving/end_date/week=5",
        "system/daylight_saving/end_date/day_of_week=SATURDAY",
        "system/daylight_saving/end_date/hour=3",
        "system/daylight_saving/end_date/minute=0",
    ]


def test_each_line_can_be_laid_over() -> None:
    for name, value in daylight_lines(EUROPE):
        check_parameter(name)
        check_value(value)


def test_inactive_daylight_saving_is_written_too() -> None:
    lines = dict(daylight_lines(replace(EUROPE, is_active=False, date_format=DateFormat.FIXED)))
    assert len(lines) == 15
    assert lines["system/daylight_saving/activate"] == "Disable"
    assert lines["system/daylight_saving/mode"] == "FIXED"


@pytest.mark.parametrize("minutes", [0, 30, 180])
def test_offset_is_written_in_minutes(minutes: int) -> None:
    lines = dict(daylight_lines(replace(EUROPE, offset=timedelta(minutes=minutes))))
    assert lines["system/daylight_saving/offset"] == str(minutes)


@pytest.mark.parametrize("offset", [timedelta(minutes=-1), timedelta(minutes=181), timedelta(seconds=90)])
def test_offset_phones_do_not_take_is_refused(offset: timedelta) -> None:
    with pytest.raises(InvalidInputError, match="give 0 to 180 whole minutes"):
        replace(EUROPE, offset=offset)


@pytest.mark.parametrize(
    ("change", "range_given"),
    [
        ({"month": 0}, "month 0 .* give 1 to 12"),
        ({"month": 13}, "month 13 .* give 1 to 12"),
        ({"day": 0}, "day 0 .* give 1 to 31"),
        ({"day": 32}, "day 32 .* give 1 to 31"),
        ({"month": 2, "day": 30}, "day 30 .* give 1 to 29"),
        ({"month": 4, "day": 31}, "day 31 .* give 1 to 30"),
        ({"week": 0}, "week 0 .* give 1 to 5"),
        ({"week": 6}, "week 6 .* give 1 to 5"),
        ({"hour": 24}, "hour 24 .* give 0 to 23"),
        ({"hour": -1}, "hour -1 .* give 0 to 23"),
        ({"minute": 60}, "minute 60 .* give 0 to 59"),
    ],
)
def test_date_that_does_not_exist_is_refused_with_the_range(change: dict[str, int], range_given: str) -> None:
    with pytest.raises(InvalidInputError, match=range_given):
        ChangeDate(**({"month": 1} | change))
