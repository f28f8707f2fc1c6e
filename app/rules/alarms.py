"""The catalogue of alarms, and how what a phone sends is found in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from types import MappingProxyType

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted

_TRAPS = "1.3.6.1.4.1.5003.9.20.3.2.0"


class EventType(IntEnum):
    """What kind of trouble, in AudioCodes' numbers (manual 6.4)."""

    OTHER = 0
    COMMUNICATIONS = 1
    SECURITY_SERVICE_OR_MECHANISM_VIOLATION = 9


class ProbableCause(IntEnum):
    """What probably caused it, in AudioCodes' numbers (manual 6.4)."""

    OTHER = 0
    COMMUNICATIONS_PROTOCOL_ERROR = 5
    KEY_EXPIRED = 68
    UNAUTHORIZED_ACCESS_ATTEMPT = 73


class Recovery(Enum):
    """What a phone reports of itself that ends an alarm without a word of it."""

    REGISTERED = auto()
    """It is registered."""
    SIGNED_IN = auto()
    """It has become registered with a user, or with another one."""


@dataclass(frozen=True, slots=True)
class AlarmType:
    """One kind of alarm; ``number`` is None where none is published.

    ``name`` is the SNMP name, ``title`` what pages show, ``wire_names`` what phones send. ``severity`` is the
    manual's; the one that a phone sends counts, also where it differs. ``ends_with`` is the recovery that ends it.
    """

    number: int | None
    name: str
    title: str
    wire_names: tuple[str, ...]
    severity: Severity
    event_type: EventType = EventType.OTHER
    cause: ProbableCause = ProbableCause.OTHER
    is_event: bool = False
    ends_with: Recovery | None = None

    @property
    def trap_oid(self) -> str | None:
        """The object identifier of its trap (manual 6.4), None without a number."""
        return None if self.number is None else f"{_TRAPS}.{self.number}"


def _of_communication(
    number: int,
    name: str,
    title: str,
    wire_name: str,
    severity: Severity,
    *,
    ends_with: Recovery | None = None,
) -> AlarmType:
    return AlarmType(
        number,
        name,
        title,
        (wire_name,),
        severity,
        EventType.COMMUNICATIONS,
        ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
        ends_with=ends_with,
    )


ALARM_TYPES = (
    _of_communication(
        39,
        "IPPhoneRegisterFailure",
        "IPPhone Register Failure",
        "IPPHONE REGISTRATION FAILURE",
        Severity.CRITICAL,
        ends_with=Recovery.REGISTERED,
    ),
    AlarmType(
        40,
        "IPPhoneSurvivableModeStart",
        "IPPhone Survivable Mode Start",
        ("IPPHONE SURVIVABLE MODE START",),
        Severity.MAJOR,
    ),
    _of_communication(
        41,
        "IPPhoneLyncLoginFailure",
        "IPPhone Lync Login Failure",
        "IPPHONE LYNC LOGIN FAILURE",
        Severity.CRITICAL,
        ends_with=Recovery.SIGNED_IN,
    ),
    AlarmType(
        48,
        "acEndpointLicenseAlarm",
        "Endpoint License Alarm",
        (),
        Severity.MAJOR,
        cause=ProbableCause.KEY_EXPIRED,
    ),
    AlarmType(None, "EndpointServerOverloaded", "Endpoint Server Overloaded Alarm", (), Severity.CRITICAL),
    _of_communication(
        54,
        "IPPhoneSpeakerFirmDownloadFailure",
        "IPPhone Speaker Firmware Download Failure",
        "IPPHONE SPEAKER FIRMWARE DOWNLOAD FAILURE",
        Severity.MINOR,
    ),
    _of_communication(
        55,
        "IPPhoneSpeakerFirmUpgradeFailure",
        "IPPhone Speaker Firmware Upgrade Failure",
        "IPPHONE SPEAKER FIRMWARE UPGRADE FAILURE",
        Severity.MINOR,
    ),
    _of_communication(
        56,
        "IPPhoneConferSpeakerConnectFailure",
        "IPPhone Conference Speaker Connection Failure",
        "IPPHONE CONFERENCE SPEAKER CONNECTION FAILURE",
        Severity.MAJOR,
    ),
    AlarmType(
        57,
        "IPPhoneGeneralLocalEvent",
        "IPPhone General Local Event",
        ("IPPHONE GENERAL LOCAL EVENT",),
        Severity.MAJOR,
        is_event=True,
    ),
    AlarmType(
        59,
        "IPPhoneWebSuccessiveLoginFailure",
        "IPPhone Web Successive Login Failure",
        ("IPPHONE WEB SUCCESSIVE LOGIN FAILED TRIALS",),
        Severity.MAJOR,
        EventType.SECURITY_SERVICE_OR_MECHANISM_VIOLATION,
        ProbableCause.UNAUTHORIZED_ACCESS_ATTEMPT,
    ),
    # Seen on the wire; neither its number nor its severity is published.
    AlarmType(
        None, "IPPhoneRequiresReset", "IPPhone Requires Reset", ("IPPHONE REQUIRES RESET",), Severity.MINOR
    ),
)
"""What phones and the manager raise (manual 6.4, protocol 4.2)."""

ENDED_BY: Mapping[Recovery, tuple[AlarmType, ...]] = MappingProxyType(
    {recovery: tuple(kind for kind in ALARM_TYPES if kind.ends_with is recovery) for recovery in Recovery}
)
"""The alarms that each recovery ends (rules 3.2)."""

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
    for name in (alarm_type.name, alarm_type.title, *alarm_type.wire_names)
}


def find_alarm_type(wire_name: str) -> AlarmType | None:
    """Return the type that a phone names, in any of its spellings, or None."""
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
