"""What phones are told of a zone of the IANA database: its GMT offset, and when daylight saving begins and ends."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.rendering.daylight import MAX_OFFSET, ChangeDate, DateFormat, DaylightSaving, DayOfWeek

# A rule is believed when it has held for this many years.
_YEARS_OF_A_RULE = 12
_LAST_WEEK = 5
_DAYS = (
    DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.WEDNESDAY, DayOfWeek.THURSDAY, DayOfWeek.FRIDAY,
    DayOfWeek.SATURDAY, DayOfWeek.SUNDAY,
)  # fmt: skip
_NONE = DaylightSaving(
    is_active=False,
    date_format=DateFormat.FIXED,
    start=ChangeDate(month=3, day=26),
    end=ChangeDate(month=9, day=14),
)


@dataclass(frozen=True, slots=True)
class ZoneClock:
    """A zone as phones are told it: ``gmt_offset`` is that of the winter; ``holds_every_year`` says whether the dates
    are a rule, rather than those of one year."""

    gmt_offset: timedelta
    daylight: DaylightSaving
    holds_every_year: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the clock: the time that the clock showed then, and how far it was put ahead."""

    at: datetime
    ahead: timedelta


def zone_clock(zone: ZoneInfo, year: int) -> ZoneClock:
    """Return what phones in this zone are told in a year.

    The lower of the year's offsets counts as the zone's own, also where the law calls the higher one so (Ireland).
    """
    ahead, back = _changes(zone, year)
    if not ahead or not back or ahead[0].ahead > MAX_OFFSET:
        return ZoneClock(_offset(zone, datetime(year, 1, 1, tzinfo=UTC)), _NONE, holds_every_year=True)
    rule = _rules_from(zone, year)
    start, end = rule or (_date_of(ahead[0].at), _date_of(back[0].at))
    daylight = DaylightSaving(
        is_active=True,
        date_format=DateFormat.DAY_OF_WEEK if rule else DateFormat.FIXED,
        start=start,
        end=end,
        offset=ahead[0].ahead,
    )
    return ZoneClock(_lowest_offset(zone, year), daylight, holds_every_year=rule is not None)


def gmt_offset_text(offset: timedelta) -> str:
    """Return an offset as phones take it: ``+01:00``."""
    minutes = round(offset / timedelta(minutes=1))
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _changes(zone: ZoneInfo, year: int) -> tuple[list[_Change], list[_Change]]:
    """Return when the clock is put ahead in a year, and when it is put back."""
    found = list(_changes_in(zone, year))
    return [change for change in found if change.ahead > timedelta()], [
        change for change in found if change.ahead < timedelta()
    ]


def _changes_in(zone: ZoneInfo, year: int) -> Iterator[_Change]:
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        before, after = _offset(zone, day), _offset(zone, following)
        if before != after:
            yield _Change((_moment_of_change(zone, day) + before).replace(tzinfo=None), after - before)
        day = following


def _moment_of_change(zone: ZoneInfo, day: datetime) -> datetime:
    """Return the first minute (UTC) after ``day``'s beginning at which the offset is another one."""
    before, low, high = _offset(zone, day), 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, day + timedelta(minutes=middle)) == before:
            low = middle
        else:
            high = middle
    return day + timedelta(minutes=high)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _lowest_offset(zone: ZoneInfo, year: int) -> timedelta:
    return min(_offset(zone, datetime(year, month, 15, tzinfo=UTC)) for month in range(1, 13))


def _rules_from(zone: ZoneInfo, year: int) -> tuple[ChangeDate, ChangeDate] | None:
    """Return the rules of start and end that hold from this year on, or None where the dates move."""
    years = [_changes(zone, later) for later in range(year, year + _YEARS_OF_A_RULE)]
    if not all(ahead and back for ahead, back in years):
        return None
    start, end = _rule_in([ahead[0] for ahead, _ in years]), _rule_in([back[0] for _, back in years])
    return (start, end) if start and end else None


def _rule_in(changes: Sequence[_Change]) -> ChangeDate | None:
    """Return the month, week, day and time that all these changes have in common, or None."""
    same = {(at.month, at.weekday(), at.hour, at.minute) for at in (change.at for change in changes)}
    if len(same) != 1:
        return None
    weeks = set.intersection(*(_weeks_of(change.at) for change in changes))
    if not weeks:
        return None
    month, weekday, hour, minute = same.pop()
    return ChangeDate(month=month, week=max(weeks), day_of_week=_DAYS[weekday], hour=hour, minute=minute)


def _weeks_of(at: datetime) -> set[int]:
    """Return which such day of the month it is: the first to the fourth, and the last."""
    weeks = {(at.day - 1) // 7 + 1} - {_LAST_WEEK}
    days_of_month = calendar.monthrange(at.year, at.month)[1]
    return weeks | ({_LAST_WEEK} if at.day + 7 > days_of_month else set())


def _date_of(at: datetime) -> ChangeDate:
    return ChangeDate(
        month=at.month,
        day=at.day,
        week=min(_weeks_of(at)),
        day_of_week=_DAYS[at.weekday()],
        hour=at.hour,
        minute=at.minute,
    )
