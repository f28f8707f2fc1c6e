"""An alarm as an SNMP trap: AudioCodes' object identifiers and variables (rules 3.10, 3.11)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.models.enums import Severity
from app.rendering.notices.message import Message, ToldAlarm

BOARD_ROOT = "1.3.6.1.4.1.5003.9.10.1.21.1"
"""Beneath it the variables of AudioCodes' board traps lie, which this software's alarms have as well."""

# Never change one: receivers know alarms by them. 0 is for what phones send and the catalogue does not know.
_NUMBERS_BENEATH_BASE: Mapping[str, int] = {
    "EndpointServerOverloaded": 1,
    "IPPhoneRequiresReset": 2,
    "PhoneDisconnected": 3,
    "PhoneHeldTooLong": 4,
    "PhoneWithoutTemplate": 5,
    "PhoneDownloadFailure": 6,
    "AlarmDeliveryFailing": 7,
    "SchedulerLate": 8,
    "EndpointsBlocked": 9,
    "MacGuessing": 10,
    "CredentialsHeldBack": 11,
}
_SEVERITIES: Mapping[Severity, int] = {
    Severity.CLEARED: 0,
    Severity.INFO: 1,
    Severity.WARNING: 2,
    Severity.MINOR: 3,
    Severity.MAJOR: 4,
    Severity.CRITICAL: 5,
}
_UNIQUE_IDS = 32_001


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a trap: a number, or bytes."""

    oid: str
    value: int | bytes


def trap_oid_of(type_name: str, published: str | None, base: str) -> str | None:
    """Return the identifier of the trap of an alarm type, None for one that no trap tells of.

    What has no published one has its place beneath ``base``, where a destination has a base.
    """
    if published is not None:
        return published
    return f"{base}.{_NUMBERS_BENEATH_BASE.get(type_name, 0)}" if base else None


def variables_of(message: Message, trap_oid: str, *, root: str, with_system_severity: bool) -> list[Variable]:
    """Return the variables 1 to 11, 15 and 16, and with ``with_system_severity`` those from 12 to 14 in between."""
    alarm = message.alarms[0]
    arcs = {**_always(alarm, trap_oid)}
    if with_system_severity:
        arcs |= dict(_unverified(alarm))
    return [Variable(f"{root}.{arc}.0", value) for arc, value in sorted(arcs.items())]


def _always(alarm: ToldAlarm, trap_oid: str) -> dict[int, int | bytes]:
    severity = alarm.severity if alarm.is_active else Severity.CLEARED
    last_arc = int(trap_oid.rpartition(".")[2])
    at = alarm.last_raised_at if alarm.is_active else alarm.cleared_at or alarm.last_raised_at
    return {
        1: max(0, last_arc - 1),
        2: _octets(alarm.text, 200),
        3: _octets(alarm.source, 100),
        4: _SEVERITIES[severity],
        5: alarm.id % _UNIQUE_IDS,
        6: alarm.event_type,
        7: alarm.cause,
        8: _octets(alarm.info1, 100),
        9: _octets(alarm.info2, 100),
        10: _octets(alarm.note, 100),
        11: date_and_time(at),
        15: _octets(alarm.place, 100),
        16: _octets(alarm.serial_number or alarm.mac, 255),
    }


def _unverified(alarm: ToldAlarm) -> Iterator[tuple[int, int | bytes]]:
    yield 12, _SEVERITIES[alarm.worst_of_phone or Severity.CLEARED]
    yield 13, _octets(alarm.device_name, 100)
    yield 14, _octets(alarm.model, 100)


def date_and_time(at: datetime) -> bytes:
    """Return a time as DateAndTime has it (RFC 2579), in UTC."""
    utc = at.astimezone(UTC)
    fields = (utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond // 100_000)
    return utc.year.to_bytes(2, "big") + bytes(fields) + b"+\x00\x00"


def _octets(text: str, most: int) -> bytes:
    """Return a text as UTF-8 in so many bytes at most, without half of a letter."""
    return text.encode()[:most].decode(errors="ignore").encode()
