"""An alarm as a message of RFC 5424, with the structured data of RFC 5674 and AudioCodes' words (rules 3.7)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from app.models.enums import Severity
from app.rendering.notices.message import Message, ToldAlarm
from app.rendering.notices.subjects import on_one_line

APPLICATION = "Ringmaster"
LONGEST_MESSAGE = 2048
"""Bytes that every receiver of UDP should take (RFC 5424, 6.1)."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LEVELS: Mapping[Severity, int] = {
    Severity.CRITICAL: 1,
    Severity.MAJOR: 2,
    Severity.MINOR: 3,
    Severity.WARNING: 4,
    Severity.INFO: 5,
    Severity.CLEARED: 5,
}
_WORDS: Mapping[Severity, str] = {**{word: word.value for word in Severity}, Severity.INFO: "indeterminate"}


def syslog_line(message: Message, *, facility: int, host: str) -> bytes:
    """Return the bytes of a message about one alarm."""
    alarm = message.alarms[0]
    severity = alarm.severity if alarm.is_active else Severity.CLEARED
    header = (
        f"<{facility * 8 + _LEVELS[severity]}>1 {_timestamp(message.at)} {_word(host, 255)} {APPLICATION} - "
        f"{_word(alarm.type_name, 32)} {_structured(alarm, severity)} "
    )
    return _cut(header.encode() + _BYTE_ORDER_MARK + _sentence(alarm, severity).encode(), LONGEST_MESSAGE)


def framed(line: bytes) -> bytes:
    """Return a message for a stream: its length before it (RFC 6587, octet counting)."""
    return b"%d %b" % (len(line), line)


def _structured(alarm: ToldAlarm, severity: Severity) -> str:
    values = {
        "resource": alarm.source,
        "probableCause": alarm.cause_words.partition("(")[0],
        "perceivedSeverity": _WORDS[severity],
        "eventType": alarm.event_type_words.partition("(")[0],
    }
    said = "".join(f' {name}="{_escaped(value[:200])}"' for name, value in values.items() if value)
    return f"[alarm{said}]"


def _escaped(text: str) -> str:
    """Escape what ends a value or begins an escape (RFC 5424, 6.3.3)."""
    return on_one_line(text).replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _sentence(alarm: ToldAlarm, severity: Severity) -> str:
    deed = "RAISE-ALARM" if alarm.is_active else "CLEAR-ALARM"
    parts = [
        f"{deed}: {alarm.type_name}",
        f"Textual Description: {alarm.text}",
        f"Severity {_WORDS[severity]}",
        f"Source {alarm.source}",
        f"Unique ID: {alarm.id}",
        *(
            f"Additional Info{number}: {info}"
            for number, info in enumerate((alarm.info1, alarm.info2, alarm.place), start=1)
            if info
        ),
    ]
    return on_one_line("; ".join(parts))


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _word(text: str, most: int) -> str:
    """Return a field of the header: printable ASCII without blanks, or the sign for nothing."""
    return "".join(letter for letter in text if "!" <= letter <= "~")[:most] or "-"


def _cut(line: bytes, most: int) -> bytes:
    return line[:most].decode(errors="ignore").encode() if len(line) > most else line
