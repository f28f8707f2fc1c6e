"""The kinds of system settings: how a text is checked, what it is kept as, and which field a page has for it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from zoneinfo import available_timezones

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from app.errors import InvalidInputError
from app.rendering.daylight import ChangeDate, DayOfWeek
from app.rendering.manager_urls import check_address, check_host
from app.rendering.overlay_lines import check_value
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


class Control(StrEnum):
    """The field that a page has for a setting."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    TIME_ZONE = "time zone"
    DATE = "date"
    HIDDEN = "hidden"
    LINES = "lines"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting may be: ``check`` returns the text as it is kept, or raises InvalidInputError.

    ``words`` are the choices with what a page calls them, ``lowest`` and ``highest`` the range of a number, ``most``
    the characters that a text may have.
    """

    control: Control
    check: Check
    words: Mapping[str, str] | None = None
    lowest: int = 0
    highest: int = 0
    most: int = 0
    unit: str = ""


def whole_number(lowest: int, highest: int, unit: str = "") -> Kind:
    """Return the kind of a whole number in this range."""

    def check(text: str) -> str:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise InvalidInputError(
                f"{quoted(text)} will not do; give a whole number from {lowest} to {highest}."
            )
        return str(int(text))

    return Kind(Control.NUMBER, check, lowest=lowest, highest=highest, unit=unit)


def choice(words: Iterable[str] | Mapping[str, str]) -> Kind:
    """Return the kind of one of these words, written in any case; a mapping says what a page calls them."""
    titles = dict(words) if isinstance(words, Mapping) else {str(word): str(word) for word in words}
    known = {word.casefold(): word for word in titles}

    def check(text: str) -> str:
        if text.casefold() not in known:
            raise InvalidInputError(f"{quoted(text)} will not do; give one of {', '.join(known.values())}.")
        return known[text.casefold()]

    return Kind(Control.CHOICE, check, words=titles)


def several(words: Mapping[str, str]) -> Kind:
    """Return the kind of some of these words, one on each line, kept in this order."""

    def check(text: str) -> str:
        chosen = set(text.split())
        unknown = next((word for word in chosen if word not in words), None)
        if unknown is not None:
            raise InvalidInputError(f"{quoted(unknown)} will not do; give some of {', '.join(words)}.")
        return "\n".join(word for word in words if word in chosen)

    return Kind(Control.SEVERAL, check, words=words)


def line(most: int, control: Control = Control.TEXT) -> Kind:
    """Return the kind of a text on one line that a phone's file may hold; it may stay empty."""

    def check(text: str) -> str:
        if len(text) > most:
            raise InvalidInputError(f"This has {len(text)} characters; shorten it to {most} or fewer.")
        check_value(text)
        return text

    return Kind(control, check, most=most)


def phone_address(most: int, nothing: str) -> Kind:
    """Return the kind of a name or address for phones, as long as they take it; the empty text becomes ``nothing``."""

    def check(text: str) -> str:
        if len(text) > most:
            raise InvalidInputError(f"Phones take at most {most} characters here; this has {len(text)}.")
        if text and text != nothing:
            check_address(text)
        return text or nothing

    return Kind(Control.TEXT, check, most=most)


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise InvalidInputError(f"{quoted(text)} is no time zone; give a name like Europe/Berlin or UTC.")
    return text


def _time_zone_or_nothing(text: str) -> str:
    return _time_zone(text) if text else ""


def _gmt_offset(text: str) -> str:
    if text.casefold() in {"", "not_set"}:
        return "not_set"
    parts = re.fullmatch(r"([+-])([0-9]{1,2}):([0-5][0-9])", text)
    if parts is None or int(parts[2]) > 14:
        raise InvalidInputError(
            f"{quoted(text)} is no GMT offset; give it like +01:00 or -03:30, or not_set."
        )
    return f"{parts[1]}{int(parts[2]):02}:{parts[3]}"


def _host_or_nothing(text: str) -> str:
    if text:
        check_address(text)
    return text


def _host_and_port_or_nothing(text: str) -> str:
    if text:
        check_host(text)
    return text


def _web_address_or_nothing(text: str) -> str:
    if text and not re.fullmatch(r"https?://[!-~]{1,500}", text):
        raise InvalidInputError(f"{quoted(text)} is no web address; give one that begins with https://.")
    return text


def _phone_pages_or_nothing(text: str) -> str:
    if text and not re.fullmatch(r"https://[A-Za-z0-9.\[\]:<>_-]{1,259}(?:/[!-~]{0,200})?", text):
        raise InvalidInputError(
            f"{quoted(text)} will not do; give an address such as https://sbc.example.com:8443/phone/<ip>."
        )
    host = text.removeprefix("https://").partition("/")[0]
    if "<" in host or ">" in host:
        raise InvalidInputError(
            "<ip> and <mac> stand behind the SBC's name and port: what a phone reports must not choose whom is called."
        )
    if text and "<ip>" not in text and "<mac>" not in text:
        raise InvalidInputError(
            "Neither <ip> nor <mac> is in it, so it would be the same page for every phone."
        )
    return text


def _suffixes(text: str) -> str:
    found = dict.fromkeys(f".{word.strip('.').lower()}" for word in re.split(r"[\s,;]+", text) if word)
    wrong = [suffix for suffix in found if not re.fullmatch(r"\.[a-z0-9_-]{1,10}", suffix)]
    if wrong or not found:
        raise InvalidInputError(
            f"{quoted(wrong[0] if wrong else '')} is no suffix of a file's name; give them like .cfg .img .zip."
        )
    return " ".join(sorted(found))


def _certificates(text: str) -> str:
    if not text.strip():
        return ""
    try:
        found = load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise InvalidInputError(
            "These are no certificates; paste them with their lines BEGIN CERTIFICATE and END CERTIFICATE."
        ) from error
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in found)


def _change_date(text: str) -> str:
    return change_date_text(change_date_of(text))


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


def change_date_text(date: ChangeDate) -> str:
    """Return the text that ``change_date_of`` reads, with all parts of the date."""
    return " ".join(f"{name}={value}" for name, value in asdict(date).items())


def _no_date(text: str) -> InvalidInputError:
    return InvalidInputError(
        f"{quoted(text)} is no date of daylight saving; give it like 'month=3 day=26 hour=2 minute=0' "
        "or 'month=3 week=5 day_of_week=SUNDAY hour=2 minute=0'."
    )


TIME_ZONE = Kind(Control.TIME_ZONE, _time_zone)
TIME_ZONE_OR_NOTHING = Kind(Control.TIME_ZONE, _time_zone_or_nothing)
GMT_OFFSET = Kind(Control.TEXT, _gmt_offset, most=7)
HOST = Kind(Control.TEXT, _host_or_nothing, most=253)
HOST_AND_PORT = Kind(Control.TEXT, _host_and_port_or_nothing, most=259)
PHONE_PAGES = Kind(Control.TEXT, _phone_pages_or_nothing, most=500)
WEB_ADDRESS = Kind(Control.TEXT, _web_address_or_nothing, most=500)
SUFFIXES = Kind(Control.TEXT, _suffixes, most=200)
CERTIFICATES = Kind(Control.LINES, _certificates, most=60_000)
CHANGE_DATE = Kind(Control.DATE, _change_date)
