"""The feature buttons: one form each, which puts the right ``parameter = value`` lines in (protocol 13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InvalidInputError
from app.rendering.daylight import ChangeDate, DateFormat, DayOfWeek
from app.rendering.manager_urls import check_address
from app.rendering.overlay_lines import OverlayLine, check_value


class InputKind(StrEnum):
    """How a value is given."""

    SWITCH = "switch"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value of a feature: the parameter it is for; ``words`` of a choice, ``least`` and ``most`` of a number."""

    parameter: str
    label: str
    kind: InputKind
    usual: str = ""
    words: Sequence[str] = ()
    least: int = 0
    most: int = 0

    def checked(self, text: str) -> str:
        """Return the value as it is written, or raise InvalidInputError."""
        if self.kind is InputKind.SWITCH:
            return "1" if text else "0"
        text = text.strip()
        if self.kind is InputKind.CHOICE and text not in self.words:
            raise InvalidInputError(f"Choose one of {', '.join(self.words)}.")
        if self.kind is InputKind.NUMBER:
            return self._checked_number(text)
        if self.kind is InputKind.ADDRESS and text:
            check_address(text)
        if self.kind is InputKind.TEXT and not text:
            raise InvalidInputError("Fill this in.")
        check_value(text)
        return text

    def _checked_number(self, text: str) -> str:
        is_number = text.isascii() and text.isdecimal() and len(text) < 8
        if not is_number or not self.least <= int(text) <= self.most:
            raise InvalidInputError(f"Give a whole number from {self.least} to {self.most}.")
        return str(int(text))


@dataclass(frozen=True, slots=True)
class Feature:
    """A button of the configuration pages."""

    key: str
    title: str
    meaning: str
    inputs: Sequence[Input]


def _switch(parameter: str, label: str, usual: str = "1") -> Input:
    return Input(parameter=parameter, label=label, kind=InputKind.SWITCH, usual=usual)


def _number(parameter: str, label: str, usual: str, least: int, most: int) -> Input:
    return Input(parameter=parameter, label=label, kind=InputKind.NUMBER, usual=usual, least=least, most=most)


def _choice(parameter: str, label: str, usual: str, words: Sequence[str]) -> Input:
    return Input(parameter=parameter, label=label, kind=InputKind.CHOICE, usual=usual, words=words)


_DAYLIGHT = "system/daylight_saving"


def _date(which: str, label: str, month: str, day: str) -> tuple[Input, ...]:
    path = f"{_DAYLIGHT}/{which}"
    return (
        _number(f"{path}/month", f"{label}: month", month, 1, 12),
        _number(f"{path}/day", f"{label}: day of the month (FIXED)", day, 1, 31),
        _number(f"{path}/week", f"{label}: week, 5 is the last (DayOfWeek)", "1", 1, 5),
        _choice(f"{path}/day_of_week", f"{label}: day of the week (DayOfWeek)", "SUNDAY", tuple(DayOfWeek)),
        _number(f"{path}/hour", f"{label}: hour", "2", 0, 23),
    )


_VOCA, _VOCA_SERVER = "voip/services/vocanom", "voip/services/vocanom_server"

_ALL = (
    Feature(
        "daylight",
        "Daylight saving",
        "When the clock changes, other than System Settings say.",
        (
            _choice(f"{_DAYLIGHT}/activate", "Active", "ENABLE", ("ENABLE", "DISABLE")),
            _choice(f"{_DAYLIGHT}/mode", "Date format", DateFormat.FIXED, tuple(DateFormat)),
            _number(f"{_DAYLIGHT}/offset", "Offset in minutes", "60", 0, 180),
            *_date("start_date", "Start", "1", "1"),
            *_date("end_date", "End", "1", "1"),
        ),
    ),
    Feature(
        "telnet",
        "Telnet",
        "Whether the phone can be reached by Telnet, which encrypts nothing: on only while a fault is searched.",
        (_switch("management/telnet/enabled", "Telnet", "0"),),
    ),
    Feature(
        "pin-lock",
        "PIN lock",
        "Whether the phone locks itself and asks for a PIN.",
        (_switch("system/pin_lock/enabled", "PIN lock"),),
    ),
    Feature(
        "cap",
        "CAP profile",
        "A common area phone: it stays signed in, and lacks what belongs to one person.",
        (
            _switch("voip/common_area/is_cap_device", "Common area phone"),
            _switch("lync/corporate_directory/enabled", "Corporate directory"),
            _switch("lync/usersetting/prevent_user_sign_out", "Nobody can sign out"),
            _switch("lync/calendar/enabled", "Calendar", "0"),
            _switch("lync/VoiceMail/enabled", "Voice mail", "0"),
            _switch("lync/btoe/enable", "Better Together over Ethernet", "0"),
            _switch("voip/line/0/call_forward/enabled", "Call forward", "0"),
            _switch("voip/services/do_not_disturb/enabled", "Do not disturb", "0"),
            _switch("system/pin_lock/enabled", "PIN lock", "0"),
            _switch("system/enable_key_configuration", "Keys can be configured", "0"),
        ),
    ),
    Feature(
        "voca",
        "VOCA",
        "The key that calls the voice assistant.",
        (
            Input(parameter=f"{_VOCA}/label", label="Label of the key", kind=InputKind.TEXT, usual="VOCA"),
            Input(parameter=f"{_VOCA}/number", label="Number it calls", kind=InputKind.TEXT),
            _choice(f"{_VOCA}/transport_mode", "Transport", "TLS", ("UDP", "TCP", "TLS")),
            _switch(f"{_VOCA_SERVER}/enabled", "Own server"),
            Input(
                parameter=f"{_VOCA_SERVER}/ip_address", label="Address of the server", kind=InputKind.ADDRESS
            ),
            _number(f"{_VOCA_SERVER}/port", "Port of the server", "5061", 1024, 65535),
        ),
    ),
)

FEATURES: Mapping[str, Feature] = {feature.key: feature for feature in _ALL}


def feature_lines(
    feature: Feature, given: Mapping[str, str]
) -> tuple[tuple[OverlayLine, ...], dict[str, str]]:
    """Return the lines of a filled-in form, and what is wrong with it by parameter (then the lines are incomplete)."""
    lines: list[OverlayLine] = []
    refused: dict[str, str] = {}
    for wanted in feature.inputs:
        try:
            lines.append((wanted.parameter, wanted.checked(given.get(wanted.parameter, ""))))
        except InvalidInputError as error:
            refused[wanted.parameter] = str(error)
    if feature.key == "daylight" and not refused:
        refused = _refused_days(dict(lines))
    return tuple(lines), refused


def _refused_days(values: Mapping[str, str]) -> dict[str, str]:
    """Find days that their month does not have."""
    refused = {}
    for date in ("start_date", "end_date"):
        month, day = (int(values[f"{_DAYLIGHT}/{date}/{part}"]) for part in ("month", "day"))
        try:
            ChangeDate(month=month, day=day)
        except InvalidInputError as error:
            refused[f"{_DAYLIGHT}/{date}/day"] = str(error)
    return refused
