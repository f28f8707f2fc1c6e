"""Hours of the week, like ``mon-fri@08:00-18:00``."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.intervals import Stretch, places_that_differ
from app.rules.sentences import quoted

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "(" + "|".join(_DAYS) + ")"
_HOUR = r"([01][0-9]|2[0-4]):([0-5][0-9])"
_is_window = re.compile(rf"(?:{_DAY}(?:-{_DAY})?@)?{_HOUR}-{_HOUR}").fullmatch
_MINUTES_OF_DAY = 24 * 60
_MINUTES_OF_WEEK = 7 * _MINUTES_OF_DAY


class TimeWindow(FieldType):
    """The time on the clock on the wall, in windows of the week; one past midnight belongs to the day it begins.

    A window has its first minute and not its last. Facts are times in ISO 8601, without a zone.
    """

    title: ClassVar[str] = "window"
    operators: ClassVar = (Operator.IN, Operator.NOT_IN)
    cost: ClassVar[int] = 3
    has_few_facts: ClassVar[bool] = True

    def read(self, text: str) -> str:
        """Return the window with its days, ``mon-sun`` where it has none."""
        written = text.strip().casefold()
        found = _is_window(written)
        if found is None:
            raise InvalidInputError(
                f"{quoted(text.strip())} is not a window of time; write it like mon-fri@08:00-18:00 or 22:00-06:00."
            )
        first, last, from_hour, _, to_hour, to_minute = found.groups()
        if from_hour == "24" or (to_hour == "24" and to_minute != "00"):
            raise InvalidInputError(f"{quoted(written)} has an hour that is none; days end at 24:00.")
        hours = written.rpartition("@")[2]
        begin, _, end = hours.partition("-")
        if begin == end:
            raise InvalidInputError(
                f"{quoted(written)} ends when it begins; write 00:00-24:00 for the whole day."
            )
        days = f"{first}-{last}" if last and last != first else first
        return f"{days or 'mon-sun'}@{hours}"

    def comparable(self, fact: str) -> int | None:
        """Return the minute of the week, None for what is no time."""
        try:
            at = datetime.fromisoformat(fact)
        except ValueError:
            return None
        return at.weekday() * _MINUTES_OF_DAY + at.hour * 60 + at.minute

    def shown(self, fact: str) -> str:
        """Return day of the week, hour and minute."""
        minute = self.comparable(fact)
        if minute is None:
            return fact
        day, minute_of_day = divmod(minute, _MINUTES_OF_DAY)
        return f"{_DAYS[day]}@{minute_of_day // 60:02}:{minute_of_day % 60:02}"

    def phrase(self, operator: Operator) -> tuple[str, str]:
        """A time is within windows."""
        return "is within", "is not within"

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether a minute of the week is in one of the windows."""
        return _minutes_within(tuple(values)).__getitem__

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[int]:
        """Return the minutes at which a window begins or ends, and the first of the week."""
        stretches = [stretch for _, values in wanted for value in values for stretch in stretches_of(value)]
        return [minute for minute in places_that_differ(0, stretches) if minute < _MINUTES_OF_WEEK]


@lru_cache(maxsize=256)
def _minutes_within(windows: tuple[str, ...]) -> bytes:
    """Return for each minute of the week whether it is in one of the windows."""
    minutes = bytearray(_MINUTES_OF_WEEK)
    for window in windows:
        for begin, end in stretches_of(window):
            minutes[begin:end] = b"\1" * (end - begin)
    return bytes(minutes)


def stretches_of(window: str) -> Iterable[Stretch[int]]:
    """Yield the minutes of the week that a window has; one past the end of the week goes on at its start."""
    days, _, hours = window.partition("@")
    first, _, last = days.partition("-")
    begin, end = map(_minute_of_day, hours.split("-"))
    length = end - begin if end > begin else end - begin + _MINUTES_OF_DAY
    day = _DAYS.index(first)
    for number in range(day, day + (_DAYS.index(last or first) - day) % 7 + 1):
        start = number % 7 * _MINUTES_OF_DAY + begin
        yield start, min(start + length, _MINUTES_OF_WEEK)
        if start + length > _MINUTES_OF_WEEK:
            yield 0, start + length - _MINUTES_OF_WEEK


def _minute_of_day(written: str) -> int:
    hour, _, minute = written.partition(":")
    return int(hour) * 60 + int(minute)
