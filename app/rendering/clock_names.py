"""Placeholders of time that follow from the offset from UTC and daylight saving (app/rendering/clock_values.py)."""

from collections.abc import Mapping
from types import MappingProxyType

TIME_ZONE = "TimeZoneLocation"
"""The placeholder that they follow from, beside daylight saving of System Settings."""

CLOCK_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "UtcOffset": "Offset from UTC as +01:00; +00:00 where none is set",
        "GmtOffset": "Offset from UTC as GMT+01:00; GMT where there is none",
        "UtcOffsetHours": "Offset from UTC in hours: +1, -3:30, 0",
        "UtcOffsetSeconds": "Offset from UTC in seconds",
        "PosixTimeZone": "Time zone with daylight saving as POSIX has it",
        "DST_Active": "Daylight saving: 1 or 0",
        "DST_Minutes": "Minutes by which the clock is ahead in summer",
        "DST_ByWeekday": "Whether summer begins on a day of the week: 1, or on a date: 0",
        "DST_ByDate": "The other way round: 1 where summer begins on a date",
        "DST_Start": "Beginning of summer as month/week/weekday/hour, or month/day/hour (Monday is 1)",
        "DST_End": "End of summer, written as its beginning",
        "DST_Rule_Dotted": "Daylight saving as 3600 03.05.07 02:00:00 10.05.07 03:00:00; by days of the week only",
        "DST_Rule_Slashed": "Daylight saving as start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0",
        "DST_Start_Month": "Month in which summer begins",
        "DST_Start_Day": "Day of the month on which summer begins, or after which the day of the week is looked for",
        "DST_Start_Weekday": "Day of the week on which summer begins, Sunday is 1",
        "DST_Start_IsLast": "Whether summer begins on the last such day of the month: 1 or 0",
        "DST_Start_Hour": "Hour at which summer begins",
        "DST_End_Month": "Month in which summer ends",
        "DST_End_Day": "Day of the month on which summer ends, or after which the day of the week is looked for",
        "DST_End_Weekday": "Day of the week on which summer ends, Sunday is 1",
        "DST_End_IsLast": "Whether summer ends on the last such day of the month: 1 or 0",
        "DST_End_Hour": "Hour at which summer ends",
    }
)
