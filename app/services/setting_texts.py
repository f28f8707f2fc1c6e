"""How the texts of system settings are checked, and what they are kept as."""

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from zoneinfo import available_timezones

from app.errors import InvalidInputError
from app.rendering.daylight import ChangeDate, DayOfWeek
from app.rendering.manager_urls import check_address
from app.rules.sentences import quoted

Check = Callable[[str], str]

# What phones know as `personal_settings/language` (protocol 12).
LANGUAGES = (
    "English",
    "Spanish",
    "Russian",
    "Portuguese",
    "German",
    "Ukraine",
    "French",
    "Italian",
    "Hebrew",
    "Polish",
    "Korean",
    "Finnish",
    "Chinese",
    "ChineseTraditional",
    "Magyar",
    "Japanese",
    "Slovak",
    "Czech",
    "Dutch",
)

_PARTS_OF_A_DATE = {field.name for field in fields(ChangeDate)}


def whole_number(lowest: int, highest: int) -> Check:
    """Return the check for a whole number in this range."""

    def check(text: str) -> str:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise InvalidInputError(
                f"{quoted(text)} will not do; give a whole number from {lowest} to {highest}."
            )
        return str(int(text))

    return check


def choice(words: Iterable[str]) -> Check:
    """Return the check for one of these words, written in any case."""
    known = {str(word).casefold(): str(word) for word in words}

    def check(text: str) -> str:
        if text.casefold() not in known:
            raise InvalidInputError(f"{quoted(text)} will not do; give one of {', '.join(known.values())}.")
        return known[text.casefold()]

    return check


def time_zone(text: str) -> str:
    """Return the name of a time zone of the IANA database."""
    if text not in available_timezones():
        raise InvalidInputError(f"{quoted(text)} is no time zone; give a name like Europe/Berlin or UTC.")
    return text


def host_or_nothing(text: str) -> str:
    """Return a name or an address (IPv6 in brackets), or the empty text that stands for none."""
    if text:
        check_address(text)
    return text


def web_address_or_nothing(text: str) -> str:
    """Return the address of a web page, or the empty text that stands for none."""
    if text and not re.fullmatch(r"https?://[!-~]{1,500}", text):
        raise InvalidInputError(f"{quoted(text)} is no web address; give one that begins with https://.")
    return text


def change_date(text: str) -> str:
    """Return a date of daylight saving with all its parts."""
    return " ".join(f"{name}={value}" for name, value in asdict(change_date_of(text)).items())


def change_date_of(text: str) -> ChangeDate:
    """Read a date of daylight saving such as ``month=3 week=5 day_of_week=SUNDAY hour=2``."""
    parts = {name: value for name, _, value in (part.partition("=") for part in text.split())}
    if "month" not in parts or not parts.keys() <= _PARTS_OF_A_DATE:
        raise _no_date(text)
    day_of_week = parts.pop("day_of_week", DayOfWeek.SUNDAY).upper()
    try:
        numbers = {name: int(value) for name, value in parts.items()}
        return ChangeDate(day_of_week=DayOfWeek(day_of_week), **numbers)
    except ValueError as error:
        raise _no_date(text) from error


def _no_date(text: str) -> InvalidInputError:
    return InvalidInputError(
        f"{quoted(text)} is no date of daylight saving; give it like 'month=3 day=26 hour=2 minute=0' "
        "or 'month=3 week=5 day_of_week=SUNDAY hour=2 minute=0'."
    )
