"""Hours of the week on the clock on the wall of a place: when they are open, until when, and how long they were."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import takewhile
from zoneinfo import ZoneInfo

from app.rules.conditions.types.window import stretches_of

_DAY = timedelta(days=1)
_MINUTES_OF_DAY = 24 * 60
# Longer than any row of holidays: hours that do not come in a year never come.
_MOST_DAYS = 366
# Hours that never close are told in pieces, so that nobody goes through a whole year for them.
_LONGEST = timedelta(days=8)


@dataclass(frozen=True)
class ClockHours:
    """Windows of the week like ``mon-fri@08:00-18:00`` in a time zone, but not on ``holidays``."""

    zone: str
    windows: tuple[str, ...]
    holidays: frozenset[date] = frozenset()

    def open_until(self, at: datetime) -> datetime | None:
        """Return when the hours end that are open at a time, None where they are closed."""
        for begin, end in self._joined(at):
            return end if begin <= at else None
        return None

    def elapsed(self, begin: datetime, end: datetime) -> timedelta:
        """Return how long the hours were open between two times."""
        opened = takewhile(lambda hours: hours[0] < end, self._joined(begin))
        parts = (min(closes, end) - max(opens, begin) for opens, closes in opened)
        return sum(parts, timedelta())

    def later(self, at: datetime, length: timedelta) -> datetime | None:
        """Return when the hours will have been open for so long since a time, None where they never will."""
        for begin, end in self._joined(at):
            start = max(begin, at)
            if end - start >= length:
                return start + length
            length -= end - start
        return None

    @cached_property
    def _place(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _by_weekday(self) -> Collection[list[tuple[int, int]]]:
        """The minutes of each day of the week from which to which the hours are open, in their order."""
        days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
        for window in self.windows:
            for begin, end in stretches_of(window):
                for day in range(begin // _MINUTES_OF_DAY, (end - 1) // _MINUTES_OF_DAY + 1):
                    midnight = day * _MINUTES_OF_DAY
                    days[day].append((max(begin - midnight, 0), min(end - midnight, _MINUTES_OF_DAY)))
        return [sorted(day) for day in days]

    def _joined(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the hours that end after a time, those that touch as one, for about a year."""
        begin = end = None
        for opens, closes in self._days(at):
            if closes <= at:
                continue
            if begin is None or end is None:
                begin, end = opens, closes
            elif opens <= end and closes - begin <= _LONGEST:
                end = max(end, closes)
            else:
                yield begin, end
                begin, end = opens, closes
        if begin is not None and end is not None:
            yield begin, end

    def _days(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = at.astimezone(self._place).date() - _DAY
        by_weekday = list(self._by_weekday)
        for day in (first + number * _DAY for number in range(_MOST_DAYS)):
            if day not in self.holidays:
                for begin, end in by_weekday[day.weekday()]:
                    opens, closes = self._on(day, begin), self._on(day, end)
                    if opens < closes:  # an hour may be left out by summer time
                        yield opens, closes

    def _on(self, day: date, minute: int) -> datetime:
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        return wall.replace(tzinfo=self._place).astimezone(UTC)
