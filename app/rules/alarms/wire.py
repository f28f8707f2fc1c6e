"""What phones send as alarms, and how it is found in the catalogue."""

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.alarms.catalogue import ALARM_TYPES, AlarmType
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted

_CLEARED_WORDS = ("clear", "cleared")
_SEVERITIES = {
    "0": Severity.CLEARED,
    **dict.fromkeys(_CLEARED_WORDS, Severity.CLEARED),
    "1": Severity.INFO,
    "2": Severity.WARNING,
    "3": Severity.MINOR,
    "4": Severity.MAJOR,
    "5": Severity.CRITICAL,
}


def _folded(name: str) -> str:
    """Fold the spellings of a name into one: ``IP Phone`` and ``IPPhone``, upper and lower case."""
    return "".join(name.split()).casefold()


_TYPES_BY_NAME = {
    _folded(name): alarm_type
    for alarm_type in ALARM_TYPES
    if not alarm_type.is_own
    for name in (alarm_type.name, alarm_type.title, *alarm_type.wire_names)
}


def find_alarm_type(wire_name: str) -> AlarmType | None:
    """Return the type that a phone names, in any of its spellings, or None; what only the manager raises is none."""
    return _TYPES_BY_NAME.get(_folded(wire_name))


def severity_from_wire(text: str) -> Severity:
    """Return the severity that a phone sends: ``1`` info to ``5`` critical, ``0`` or ``clear`` cleared.

    InvalidInputError for anything else.
    """
    severity = _SEVERITIES.get(text.strip().casefold())
    if severity is None:
        raise InvalidInputError(f"{quoted(text)} is no severity; send 0 (cleared) to 5 (critical).")
    return severity


def is_clear(severity_text: str, description: str) -> bool:
    """Return whether the phone says that the alarm is over, by severity or by a text that says only that."""
    return (
        _SEVERITIES.get(severity_text.strip().casefold()) is Severity.CLEARED
        or description.strip().casefold() in _CLEARED_WORDS
    )


def mac_in_source(source: str) -> str | None:
    """Return the MAC address of ``IPPhone/00908f123456``, or None if the source is no phone."""
    kind, slash, mac = source.partition("/")
    return find_mac(mac) if slash and _folded(kind) == "ipphone" else None
