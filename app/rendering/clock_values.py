"""Offset from UTC and daylight saving as phones of other vendors write them: placeholders that follow from others."""

import re
from datetime import timedelta

from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, DayOfWeek
from app.rendering.zone_clock import gmt_offset_text

_is_offset = re.compile(r"([+-])(\d{1,2}):(\d{2})").fullmatch
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LAST_WEEK = 5


def clock_values(time_zone: str, daylight: DaylightSaving) -> dict[str, str]:
    """Return the values of these placeholders; ``time_zone`` is an offset such as +10:00, and UTC where it is none."""
    offset = _offset_of(time_zone)
    by_weekday = daylight.date_format is DateFormat.DAY_OF_WEEK
    return {
        "UtcOffset": gmt_offset_text(offset),
        "GmtOffset": f"GMT{gmt_offset_text(offset)}" if offset else "GMT",
        "UtcOffsetHours": _in_hours(offset),
        "UtcOffsetSeconds": str(offset // timedelta(seconds=1)),
        "PosixTimeZone": _posix(offset, daylight),
        "DST_Active": str(int(daylight.is_active)),
        "DST_Minutes": str(daylight.offset // timedelta(minutes=1)),
        "DST_ByWeekday": str(int(by_weekday)),
        "DST_ByDate": str(int(not by_weekday)),
        "DST_Start": _slashed(daylight.start, by_weekday=by_weekday),
        "DST_End": _slashed(daylight.end, by_weekday=by_weekday),
        "DST_Rule_Dotted": _rule_dotted(daylight) if daylight.is_active and by_weekday else "",
        "DST_Rule_Slashed": _rule_slashed(daylight) if daylight.is_active else "",
        **_pieces("DST_Start", daylight.start, by_weekday=by_weekday),
        **_pieces("DST_End", daylight.end, by_weekday=by_weekday),
    }


def _offset_of(text: str) -> timedelta:
    found = _is_offset(text.strip())
    if not found:
        return timedelta()
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if sign == "-" else offset


def _in_hours(offset: timedelta) -> str:
    hours, minutes = _hours_and_minutes(abs(offset))
    if not hours and not minutes:
        return "0"
    return f"{'-' if offset < timedelta() else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _posix(offset: timedelta, daylight: DaylightSaving) -> str:
    """Return it as POSIX has it (IEEE Std 1003.1, 8.3), where offsets count to the west."""
    if not daylight.is_active:
        return f"STD{_west(offset)}"
    by_weekday = daylight.date_format is DateFormat.DAY_OF_WEEK
    dates = ",".join(_posix_date(date, by_weekday=by_weekday) for date in (daylight.start, daylight.end))
    return f"STD{_west(offset)}DST{_west(offset + daylight.offset)},{dates}"


def _west(offset: timedelta) -> str:
    hours, minutes = _hours_and_minutes(abs(offset))
    return f"{'-' if offset > timedelta() else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _posix_date(date: ChangeDate, *, by_weekday: bool) -> str:
    day = (
        f"M{date.month}.{date.week}.{_from_sunday(date.day_of_week)}"
        if by_weekday
        else f"J{_DAYS_BEFORE_MONTH[date.month - 1] + date.day}"
    )
    return f"{day}/{date.hour}" + (f":{date.minute:02}" if date.minute else "")


def _slashed(date: ChangeDate, *, by_weekday: bool) -> str:
    if by_weekday:
        return f"{date.month}/{date.week}/{_from_monday(date.day_of_week)}/{date.hour}"
    return f"{date.month}/{date.day}/{date.hour}"


def _rule_dotted(daylight: DaylightSaving) -> str:
    dates = (
        f"{date.month:02}.{date.week:02}.{_from_monday(date.day_of_week):02} {date.hour:02}:{date.minute:02}:00"
        for date in (daylight.start, daylight.end)
    )
    return f"{daylight.offset // timedelta(seconds=1)} {' '.join(dates)}"


def _rule_slashed(daylight: DaylightSaving) -> str:
    by_weekday = daylight.date_format is DateFormat.DAY_OF_WEEK
    start, end = (
        f"{date.month}/{_first_day(date) if by_weekday else date.day}/"
        f"{_from_monday(date.day_of_week) if by_weekday else 0}/{date.hour}:{date.minute}:0"
        for date in (daylight.start, daylight.end)
    )
    hours, minutes = _hours_and_minutes(daylight.offset)
    return f"start={start};end={end};save={hours}:{minutes}:0"


def _pieces(name: str, date: ChangeDate, *, by_weekday: bool) -> dict[str, str]:
    return {
        f"{name}_Month": str(date.month),
        f"{name}_Day": str(max(_first_day(date), 1) if by_weekday else date.day),
        f"{name}_Weekday": str(_from_sunday(date.day_of_week) + 1),
        f"{name}_IsLast": str(int(by_weekday and date.week == _LAST_WEEK)),
        f"{name}_Hour": str(date.hour),
    }


def _first_day(date: ChangeDate) -> int:
    """Return the day of the month on or after which its day of the week is the one meant; -1 for the last."""
    return -1 if date.week == _LAST_WEEK else (date.week - 1) * 7 + 1


def _from_sunday(day: DayOfWeek) -> int:
    return list(DayOfWeek).index(day)


def _from_monday(day: DayOfWeek) -> int:
    return _from_sunday(day) or 7


def _hours_and_minutes(offset: timedelta) -> tuple[int, int]:
    return divmod(offset // timedelta(minutes=1), 60)
