"""What a message is about, on one line: ``[CRITICAL] Registration Failure: 23 phones, emea/Berlin``."""

from collections.abc import Iterable, Sequence

from app.models.enums import NoticeReason, Severity
from app.rendering.notices.message import Message, ToldAlarm

MOST_CHARACTERS = 200
_WHY = {
    NoticeReason.ESCALATE: "Escalated: ",
    NoticeReason.ACKNOWLEDGE: "Acknowledged: ",
    NoticeReason.REPEAT: "Still active: ",
}


def subject_of(message: Message) -> str:
    """Return the subject; it has no line break and nothing that cannot be printed, whatever phones call themselves."""
    if message.reason is NoticeReason.TEST:
        return on_one_line(f"[TEST] {message.group_title}")[:MOST_CHARACTERS]
    word = "CLEARED" if message.severity is Severity.CLEARED else message.severity.upper()
    place = _without_names(message) or _common_place(message.alarms)
    about = ", ".join(filter(None, (_whom(message), place)))
    subject = f"[{word}] {_WHY.get(message.reason, '')}{_names(message)}: {about}"
    return on_one_line(subject)[:MOST_CHARACTERS]


def on_one_line(text: str) -> str:
    """Return a text without line breaks, tabs and what cannot be printed; blanks stand in their place."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _names(message: Message) -> str:
    names = list(dict.fromkeys(alarm.title for alarm in message.alarms))
    if len(names) == 1:
        return names[0]
    return f"{message.told:,} alarms ({names[0]} and others)"


def _whom(message: Message) -> str:
    if message.told == 1 and message.alarms[0].phones == 1:
        return message.alarms[0].subject
    return f"{message.phones:,} phone{'' if message.phones == 1 else 's'}" if message.phones else ""


def _without_names(message: Message) -> str:
    """Return what the group has in common, without the alarm's own name, which the subject says already."""
    names = {alarm.title for alarm in message.alarms}
    return "/".join(part for part in message.group_title.split("/") if part not in names)


def _common_place(alarms: Sequence[ToldAlarm]) -> str:
    """Return tenant and site where all have the same, the tenant where only that is, or nothing."""
    return _only(alarm.place for alarm in alarms) or _only(alarm.tenant for alarm in alarms)


def _only(texts: Iterable[str]) -> str:
    different = set(texts)
    return different.pop() if len(different) == 1 else ""
