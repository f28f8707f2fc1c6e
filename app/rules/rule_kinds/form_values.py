"""Values of forms, read with sentences about what is wrong with them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import available_timezones

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.clock_hours import ClockHours
from app.rules.conditions.types.window import TimeWindow
from app.rules.rule_kinds.names import id_of
from app.rules.rule_kinds.spec import Values, one
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean
from app.rules.typed_times import read_time

TICKED = "yes"
SEVERITIES: Sequence[tuple[str, str]] = tuple(
    (each.value, each.value) for each in Severity if each is not Severity.CLEARED
)


def number(values: Values, name: str, *, least: int, most: int, empty: int | None = None) -> int:
    """Return a whole number within its limits, or ``empty`` for a field that was left empty."""
    text = one(values, name)
    if not text and empty is not None:
        return empty
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most or len(text) > 9:
        raise InvalidInputError(f"Write a whole number from {least:,} to {most:,}.", field=name)
    return int(text)


def optional_number(values: Values, name: str, *, least: int, most: int) -> int | None:
    """Return a whole number within its limits, None for a field that was left empty."""
    return number(values, name, least=least, most=most) if one(values, name) else None


def choice(values: Values, name: str, words: Sequence[str]) -> str:
    """Return one of these words."""
    word = one(values, name)
    if word not in words:
        raise InvalidInputError(f"Choose one of {', '.join(filter(None, words))}.", field=name)
    return word


def choices(values: Values, name: str, words: Sequence[str]) -> list[str]:
    """Return those of these words that were chosen, in their order."""
    chosen = [word.strip() for word in values.get(name, ()) if word.strip()]
    for word in chosen:
        if word not in words:
            raise InvalidInputError(f"{quoted(word)} is none of {', '.join(words)}.", field=name)
    return [word for word in words if word in chosen]


def ids(values: Values, name: str, named: Mapping[int, str], noun: str) -> list[int]:
    """Return the ids of the names that were chosen, each once."""
    try:
        found = [id_of(named, text, noun) for text in values.get(name, ()) if text.strip()]
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=name) from error
    return list(dict.fromkeys(found))


def is_ticked(values: Values, name: str) -> bool:
    """Return whether a box was ticked."""
    return bool(one(values, name))


def ticked(is_so: bool) -> list[str]:
    """Return the value of a box."""
    return [TICKED] if is_so else []


def text(values: Values, name: str, *, most: int) -> str:
    """Return a text of not too many characters, which may be empty."""
    found = one(values, name)
    if len(found) > most:
        raise InvalidInputError(f"It has {len(found)} characters; {most} is the most.", field=name)
    return found


def time(values: Values, name: str) -> datetime:
    """Return a time, in ISO 8601; one without an offset is in UTC."""
    written = one(values, name)
    try:
        return read_time(written, UTC)
    except ValueError:
        raise InvalidInputError(
            "Write a date and a time, like 2026-12-24T18:00." if written else "Say when.", field=name
        ) from None


def windows(values: Values, name: str) -> list[str]:
    """Return windows of the week, which are written with commas between them."""
    try:
        return [TimeWindow().read(each) for each in one(values, name).split(",") if each.strip()]
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=name) from error


def zone(values: Values, name: str) -> str:
    """Return the name of a time zone."""
    written = one(values, name) or "UTC"
    if written not in zone_names():
        raise InvalidInputError(
            f"No time zone is called {quoted(written)}; {did_you_mean(written, zone_names())}", field=name
        )
    return written


def dates(values: Values, name: str) -> list[str]:
    """Return dates, which are written with commas between them."""
    try:
        return sorted(
            {
                date.fromisoformat(each.strip()).isoformat()
                for each in one(values, name).split(",")
                if each.strip()
            }
        )
    except ValueError:
        raise InvalidInputError(
            "Write dates like 2026-12-25, with commas between them.", field=name
        ) from None


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all time zones."""
    return tuple(sorted(available_timezones()))


def hours_of(zone_name: str, kept_windows: Sequence[str], holidays: Sequence[str] = ()) -> ClockHours | None:
    """Return the hours that were kept, None where there are no windows."""
    if not kept_windows:
        return None
    return ClockHours(zone_name, tuple(kept_windows), frozenset(map(date.fromisoformat, holidays)))
