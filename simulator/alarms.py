"""The alarms a phone can raise: their names on the wire, how bad they are, and how they are sent."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad an alarm is, as the digit that is sent; ``CLEARED`` says that it is over."""

    CLEARED = "0"
    INFO = "1"
    WARNING = "2"
    MINOR = "3"
    MAJOR = "4"
    CRITICAL = "5"


REGISTRATION_FAILURE = "IPPHONE REGISTRATION FAILURE"

USUAL_SEVERITY = {
    REGISTRATION_FAILURE: Severity.CRITICAL,
    "IPPHONE SURVIVABLE MODE START": Severity.MAJOR,
    "IPPHONE LYNC LOGIN FAILURE": Severity.CRITICAL,
    "IPPHONE SPEAKER FIRMWARE DOWNLOAD FAILURE": Severity.MINOR,
    "IPPHONE SPEAKER FIRMWARE UPGRADE FAILURE": Severity.MINOR,
    "IPPHONE CONFERENCE SPEAKER CONNECTION FAILURE": Severity.MAJOR,
    "IPPHONE GENERAL LOCAL EVENT": Severity.MAJOR,
    "IPPHONE WEB SUCCESSIVE LOGIN FAILED TRIALS": Severity.MAJOR,
    "IPPHONE REQUIRES RESET": Severity.WARNING,
}

CHANCE_ALARMS = tuple(name for name in USUAL_SEVERITY if name != REGISTRATION_FAILURE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of one phone, as it was sent."""

    unique_id: int
    name: str
    severity: Severity
    description: str
