"""An entry of the log, and the forms in which it is written: text for people, JSON and logfmt for programs."""

import json
import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from app.logs import context
from app.logs.levels import word_of
from app.logs.redaction import Redaction, on_one_line

LONGEST_MESSAGE = 4_000
LONGEST_TRACE = 16_000
_LONGEST_WORD = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; ``at`` is ISO 8601 in UTC to the millisecond, ``trace`` has lines, all else has none."""

    at: str
    level: str
    process: str
    pid: int
    reference: str
    account: str
    address: str
    logger: str
    message: str
    trace: str = ""


def entry_of(record: logging.LogRecord, process: str, redaction: Redaction) -> Entry:
    """Return what a record says, without secrets and bounded in size, with the request that it is about."""
    request = context.current()
    return Entry(
        at=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        level=word_of(record.levelno),
        process=process,
        pid=os.getpid(),
        reference=request.reference,
        account=on_one_line(request.find_account())[:_LONGEST_WORD],
        address=on_one_line(request.address)[:_LONGEST_WORD],
        logger=record.name[:_LONGEST_WORD],
        message=redaction.clean_line(record.getMessage(), LONGEST_MESSAGE),
        trace=_trace_of(record, redaction),
    )


def as_text(entry: Entry) -> str:
    """Return the line for people; lines of a trace follow it, indented, so that none of them passes for a line."""
    request = (entry.reference, entry.account.replace(" ", "_"), entry.address)
    about = f"[{' '.join(word or '-' for word in request)}] " if any(request) else ""
    trace = "".join(f"\n  {line}" for line in entry.trace.split("\n")) if entry.trace else ""
    return f"{entry.at} {entry.process} {entry.level} {about}{entry.message}{trace}"


def as_json(entry: Entry) -> str:
    """Return one line of JSON without what is empty."""
    return json.dumps({name: value for name, value in asdict(entry).items() if value}, ensure_ascii=False)


def as_logfmt(entry: Entry) -> str:
    """Return one line of ``name=value`` pairs, quoted as JSON where a value has more than one word."""
    return " ".join(f"{name}={_quoted(str(value))}" for name, value in asdict(entry).items() if value)


FORMS: dict[str, Callable[[Entry], str]] = {"text": as_text, "json": as_json, "logfmt": as_logfmt}


def entry_in(line: str) -> Entry | None:
    """Read a line of JSON; None for one that is none: cut off as a process was killed, or not ours."""
    try:
        values = json.loads(line)
        found = Entry(**{"reference": "", "account": "", "address": "", "message": "", **values})
    except (ValueError, TypeError):
        return None
    return found if all(isinstance(text, str) for text in (found.at, found.level, found.message)) else None


def _trace_of(record: logging.LogRecord, redaction: Redaction) -> str:
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    text = redaction.clean("".join(traceback.format_exception(record.exc_info[1]))[-4 * LONGEST_TRACE :])
    return "\n".join(on_one_line(line) for line in text.rstrip("\n").split("\n"))[-LONGEST_TRACE:]


def _quoted(value: str) -> str:
    is_plain = value.isascii() and value.isprintable() and not set(value) & set(' ="\\')
    return value if is_plain else json.dumps(value, ensure_ascii=False)
