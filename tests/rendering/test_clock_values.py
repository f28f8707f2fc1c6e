"""Time zones and daylight saving as phones of other vendors are told them."""

from datetime import timedelta

import pytest

from app.rendering.clock_names import CLOCK_NAMES
from app.rendering.clock_values import clock_values
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, DayOfWeek

BERLIN = DaylightSaving(
    is_active=True,
    date_format=DateFormat.DAY_OF_WEEK,
    start=ChangeDate(month=3, week=5, day_of_week=DayOfWeek.SUNDAY, hour=2),
    end=ChangeDate(month=10, week=5, day_of_week=DayOfWeek.SUNDAY, hour=3),
)
NEW_YORK = DaylightSaving(
    is_active=True,
    date_format=DateFormat.DAY_OF_WEEK,
    start=ChangeDate(month=3, week=2, day_of_week=DayOfWeek.SUNDAY, hour=2),
    end=ChangeDate(month=11, week=1, day_of_week=DayOfWeek.SUNDAY, hour=2),
)
BY_DATE = DaylightSaving(
    is_active=True,
    date_format=DateFormat.FIXED,
    start=ChangeDate(month=3, day=21, hour=0),
    end=ChangeDate(month=9, day=22, hour=0, minute=30),
    offset=timedelta(minutes=30),
)
NONE = DaylightSaving(
    is_active=False, date_format=DateFormat.FIXED, start=ChangeDate(month=3), end=ChangeDate(month=9)
)


def test_every_placeholder_of_the_catalogue_has_its_value() -> None:
    assert clock_values("+01:00", BERLIN).keys() == CLOCK_NAMES.keys()


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("+01:00", ("+01:00", "GMT+01:00", "+1", "3600", "STD-1")),
        ("-03:30", ("-03:30", "GMT-03:30", "-3:30", "-12600", "STD+3:30")),
        ("+00:00", ("+00:00", "GMT", "0", "0", "STD+0")),
        ("not_set", ("+00:00", "GMT", "0", "0", "STD+0")),
        ("", ("+00:00", "GMT", "0", "0", "STD+0")),
    ],
)
def test_the_offset_is_told_in_hours_in_seconds_and_as_posix_has_it(zone: str, told: tuple[str, ...]) -> None:
    values = clock_values(zone, NONE)
    names = ("UtcOffset", "GmtOffset", "UtcOffsetHours", "UtcOffsetSeconds", "PosixTimeZone")
    assert tuple(values[name] for name in names) == told


@pytest.mark.parametrize(
    ("zone", "daylight", "posix", "slashed", "dotted", "start", "end"),
    [
        (
            "+01:00", BERLIN, "STD-1DST-2,M3.5.0/2,M10.5.0/3",
            "start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0", "3600 03.05.07 02:00:00 10.05.07 03:00:00",
            "3/5/7/2", "10/5/7/3",
        ),
        (
            "-05:00", NEW_YORK, "STD+5DST+4,M3.2.0/2,M11.1.0/2",
            "start=3/8/7/2:0:0;end=11/1/7/2:0:0;save=1:0:0", "3600 03.02.07 02:00:00 11.01.07 02:00:00",
            "3/2/7/2", "11/1/7/2",
        ),
        (
            "+03:30", BY_DATE, "STD-3:30DST-4,J80/0,J265/0:30",
            "start=3/21/0/0:0:0;end=9/22/0/0:30:0;save=0:30:0", "", "3/21/0", "9/22/0",
        ),
    ],
)  # fmt: skip
def test_daylight_saving_is_told_in_the_words_of_each_vendor(
    zone: str, daylight: DaylightSaving, posix: str, slashed: str, dotted: str, start: str, end: str
) -> None:
    values = clock_values(zone, daylight)
    assert values["PosixTimeZone"] == posix
    assert (values["DST_Rule_Slashed"], values["DST_Rule_Dotted"]) == (slashed, dotted)
    assert (values["DST_Start"], values["DST_End"]) == (start, end)


def test_daylight_saving_is_told_in_pieces_where_sunday_is_the_first_day() -> None:
    berlin, new_york, by_date = (clock_values("", daylight) for daylight in (BERLIN, NEW_YORK, BY_DATE))
    pieces = ("Month", "Day", "Weekday", "IsLast", "Hour")
    assert [berlin[f"DST_End_{piece}"] for piece in pieces] == ["10", "1", "1", "1", "3"]
    assert [new_york[f"DST_Start_{piece}"] for piece in pieces] == ["3", "8", "1", "0", "2"]
    assert [by_date[f"DST_Start_{piece}"] for piece in pieces] == ["3", "21", "1", "0", "0"]


def test_without_daylight_saving_there_is_no_rule() -> None:
    values = clock_values("+01:00", NONE)
    assert (values["DST_Active"], values["DST_Rule_Slashed"], values["DST_Rule_Dotted"]) == ("0", "", "")
