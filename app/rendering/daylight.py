"""Daylight saving time as phones are told it: the block ``system/daylight_saving/*`` (protocol 12)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.errors import InvalidInputError
from app.rendering.overlay_lines import OverlayLine

MAX_OFFSET = timedelta(minutes=180)

# The most days each month can have, January first.
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class DateFormat(StrEnum):
    """How the two dates are read: month and day, or month, week and day of the week."""

    FIXED = "FIXED"
    DAY_OF_WEEK = "DayOfWeek"


class DayOfWeek(StrEnum):
    """The days of the week in the words of the phones."""

    SUNDAY = "SUNDAY"
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDate:
    """When the clock changes: ``day`` counts with FIXED, else ``week`` (5: the last) and ``day_of_week``."""

    month: int
    day: int = 1
    week: int = 1
    day_of_week: DayOfWeek = DayOfWeek.SUNDAY
    hour: int = 2
    minute: int = 0

    def __post_init__(self) -> None:
        """Refuse what is not a date or a time."""
        _check_range("month", self.month, 1, 12)
        _check_range("day", self.day, 1, _DAYS[self.month - 1])
        _check_range("week", self.week, 1, 5)
        _check_range("hour", self.hour, 0, 23)
        _check_range("minute", self.minute, 0, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaylightSaving:
    """Daylight saving of System Settings (manual 9.1): the clock is ``offset`` ahead from start to end."""

    is_active: bool
    date_format: DateFormat
    start: ChangeDate
    end: ChangeDate
    offset: timedelta = timedelta(minutes=60)

    def __post_init__(self) -> None:
        """Refuse an offset that phones do not take: whole minutes, 0 to 180."""
        if not timedelta() <= self.offset <= MAX_OFFSET or self.offset % timedelta(minutes=1):
            raise InvalidInputError("The daylight saving offset is not valid: give 0 to 180 whole minutes.")


def daylight_lines(daylight: DaylightSaving) -> list[OverlayLine]:
    """Return the parameters of the block, all of them, also when daylight saving is not active."""
    path = "system/daylight_saving"
    return [
        (f"{path}/activate", "Enable" if daylight.is_active else "Disable"),
        (f"{path}/mode", daylight.date_format.value),
        (f"{path}/offset", str(daylight.offset // timedelta(minutes=1))),
        *_date_lines(f"{path}/start_date", daylight.start),
        *_date_lines(f"{path}/end_date", daylight.end),
    ]


def _date_lines(path: str, date: ChangeDate) -> list[OverlayLine]:
    return [
        (f"{path}/month", str(date.month)),
        (f"{path}/day", str(date.day)),
        (f"{path}/week", str(date.week)),
        (f"{path}/day_of_week", date.day_of_week.value),
        (f"{path}/hour", str(date.hour)),
        (f"{path}/minute", str(date.minute)),
    ]


def _check_range(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise InvalidInputError(
            f"The {what} {value} of daylight saving is not valid: give {lowest} to {highest}."
        )
