"""A message as mail: plain text, and the same as a small page; messages of one group make a thread."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from app.models.enums import NoticeReason, Severity
from app.rendering.notices.message import Message, ToldAlarm
from app.rendering.notices.subjects import on_one_line, subject_of

_COLOURS = {
    Severity.CRITICAL: "#b3261e",
    Severity.MAJOR: "#c4570a",
    Severity.MINOR: "#8a6d00",
    Severity.WARNING: "#1f6feb",
    Severity.INFO: "#57606a",
    Severity.CLEARED: "#1a7f37",
}
# Not every server takes eight.
_SEVEN_BITS = SMTP.clone(cte_type="7bit")
_FONT = "font-family:Arial,Helvetica,sans-serif;font-size:14px"
_BORDER = "border:1px solid #d0d7de;padding:6px 10px;text-align:left;vertical-align:top"


def mail_of(message: Message, *, sender: str, recipients: Sequence[str], list_name: str) -> EmailMessage:
    """Return the mail; its Message-ID is the same each time that this message is sent."""
    domain = Address(addr_spec=sender).domain
    mail = EmailMessage(policy=_SEVEN_BITS)
    mail["Subject"] = subject_of(message)
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.key[:32]}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = f"<group.{message.group_key[:32]}@{domain}>"
    mail["List-Id"] = f"{_phrase(list_name)} <{_label(list_name)}.alarms.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Importance"] = "high" if message.severity is Severity.CRITICAL else "normal"
    mail.set_content("\n".join(_text(message)) + "\n")
    mail.add_alternative(_page(message), subtype="html")
    return mail


def _phrase(name: str) -> str:
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in " -_") else " " for letter in name
    )
    return f'"{on_one_line(plain) or "Alarms"}"'


def _label(name: str) -> str:
    letters = (letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "".join(letters).strip("-")[:40] or "alarms"


def _text(message: Message) -> Iterator[str]:
    yield subject_of(message)
    for alarm in message.alarms:
        yield ""
        yield f"{_state(alarm).upper()}: {on_one_line(alarm.title)}"
        for name, value in _facts(alarm):
            yield f"  {name}: {on_one_line(value)}"
    if message.not_listed:
        yield ""
        yield f"And {message.not_listed:,} more."
    yield ""
    yield _ending(message)
    if message.link:
        yield message.link


def _ending(message: Message) -> str:
    if message.reason is NoticeReason.TEST:
        return "This is a test. No alarm was raised."
    if message.is_resolved:
        return "None of these alarms is active any more."
    return f"{message.active:,} alarm{' is' if message.active == 1 else 's are'} active now."


def _state(alarm: ToldAlarm) -> str:
    return alarm.severity if alarm.is_active else "cleared"


def _facts(alarm: ToldAlarm) -> Iterator[tuple[str, str]]:
    stands_for = f"{alarm.phones:,} phones" if alarm.phones > 1 else ""
    what = (
        ("Source", alarm.subject),
        ("Phones", stands_for),
        ("Where", alarm.place),
        ("Description", alarm.text),
        ("Info", ", ".join(filter(None, (alarm.info1, alarm.info2)))),
        ("Note", alarm.note),
        ("Address", alarm.ip),
        ("Model", " ".join(filter(None, (alarm.model, alarm.firmware_version)))),
        ("First raised", _time(alarm.first_raised_at)),
        ("Last raised", f"{_time(alarm.last_raised_at)}, {alarm.count:,} times" if alarm.count > 1 else ""),
        ("Cleared", _time(alarm.cleared_at)),
        ("Acknowledged by", alarm.acknowledged_by),
        ("What to do", alarm.corrective_action if alarm.is_active else ""),
    )
    return ((name, value) for name, value in what if value)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _page(message: Message) -> str:
    colour = _COLOURS[message.severity]
    rows = "".join(_row(alarm) for alarm in message.alarms)
    more = f"<p>And {message.not_listed:,} more.</p>" if message.not_listed else ""
    link = f'<p><a href="{escape(message.link)}">Open in Ringmaster</a></p>' if message.link else ""
    return (
        f'<!doctype html><html lang="en"><body style="{_FONT};color:#1f2328">'
        f'<h1 style="font-size:18px;border-left:6px solid {colour};padding-left:10px">'
        f"{escape(subject_of(message))}</h1>"
        '<table style="border-collapse:collapse;font-size:14px"><thead><tr>'
        + "".join(
            f'<th style="{_BORDER};background:#f6f8fa">{head}</th>'
            for head in ("State", "Alarm", "Source", "Description", "First raised")
        )
        + f"</tr></thead><tbody>{rows}</tbody></table>{more}<p>{_ending(message)}</p>{link}</body></html>"
    )


def _row(alarm: ToldAlarm) -> str:
    colour = _COLOURS[alarm.severity if alarm.is_active else Severity.CLEARED]
    source = "<br>".join(escape(part) for part in (alarm.subject, alarm.place, alarm.ip) if part)
    said = "<br>".join(escape(part) for part in (alarm.text, alarm.note) if part)
    cells = (
        f'<strong style="color:{colour}">{_state(alarm).upper()}</strong>',
        escape(alarm.title),
        source,
        said,
        _time(alarm.first_raised_at),
    )
    return "<tr>" + "".join(f'<td style="{_BORDER}">{cell}</td>' for cell in cells) + "</tr>"
