"""Where all that a process logs goes: to a stream as the environment says, to the files of the log as is set."""

import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from app.logs import security_events
from app.logs.day_files import DayFiles, Weight, folder_in
from app.logs.entries import FORMS, Entry, as_json, entry_of
from app.logs.levels import FROM_THE_START, LEVELS, VERBOSE
from app.logs.redaction import Redaction
from app.logs.throttle import Throttle
from app.security.installation_keys import known_keys
from config import Settings

OURS = ("app", "simulator")
# They tell at INFO what only their makers want to know.
_TALKATIVE = ("alembic", "apscheduler", "flask_appbuilder", "gunicorn", "asyncio", "limits", "pysnmp")
# What they would tell may be a secret: values of statements, what is typed into a phone's command line.
_SILENT = ("sqlalchemy", "telnetlib3", "ldap3")


@dataclass(frozen=True)
class Plan:
    """How a process logs: its level and form for the stream, the folder of the files, secrets that it knows."""

    level: str = "INFO"
    form: str = "text"
    folder: Path | None = None
    secrets: Sequence[str] = ()


def plan_of(settings: Settings) -> Plan:
    """Return how the processes of an installation log."""
    return Plan(settings.log_level, settings.log_format, folder_in(settings.data_dir), secrets_of(settings))


def configure(process: str, plan: Plan, stream: TextIO | None = None) -> None:
    """Let all that this process logs be written under its name: to the standard output, or another stream."""
    logging.addLevelName(VERBOSE, "VERBOSE")
    root = logging.getLogger()
    for before in list(root.handlers):
        root.removeHandler(before)
        before.close()
    handler = LogHandler(process, plan, stream or sys.stdout)
    root.addHandler(handler)
    _set_levels(handler)


def keep_to(word: str, days: int) -> None:
    """Write from this level on to the files, and keep those of so many days; what was set somewhere counts here."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogHandler) and handler.take(LEVELS[word], days):
            _set_levels(handler)


class LogHandler(logging.Handler):
    """Writes each record as an entry, to the stream and to the file of the day, each from its own level on."""

    def __init__(self, process: str, plan: Plan, stream: TextIO) -> None:
        super().__init__()
        self._process = process
        self._stream = stream
        self._form = FORMS[plan.form]
        self._redaction = Redaction(plan.secrets)
        self._throttle = Throttle()
        self._files = DayFiles(plan.folder) if plan.folder else None
        self._problem = ""
        self.stream_level = logging.getLevelNamesMapping()[plan.level]
        self.file_level = LEVELS[FROM_THE_START] if self._files else logging.CRITICAL

    def take(self, level: int, days: int) -> bool:
        """Take the level of the files and for how long they are kept; whether anything is another than before."""
        if self._files is None or (level, days) == (self.file_level, self._files.days):
            return False
        self.file_level, self._files.days = level, days
        self._files.drop_old(datetime.now(UTC).date())
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, unless too many of its kind were written within this minute."""
        left_out = self._throttle.take_left_out()
        if left_out:
            self._write(logging.WARNING, self._own(f"{left_out} lines were left out: too many of one kind."))
        if self._throttle.admit((record.name, record.msg)):
            try:
                entry = entry_of(record, self._process, self._redaction)
            except Exception:  # noqa: BLE001 - a value that cannot be written must not end what is logged
                entry = self._own(f"A line of {record.name} could not be made.")
            self._write(record.levelno, entry)

    def close(self) -> None:
        """Close the file of the day."""
        if self._files is not None:
            self._files.close()
        super().close()

    def _own(self, sentence: str) -> Entry:
        made = logging.LogRecord(__name__, logging.WARNING, "", 0, sentence, None, None)
        return entry_of(made, self._process, self._redaction)

    def _write(self, level: int, entry: Entry) -> None:
        if level >= self.stream_level:
            self._tell(self._form(entry))
        if self._files is None or level < self.file_level:
            return
        try:
            is_added = self._files.add(as_json(entry), weight=_weight_of(level, entry), now=datetime.now(UTC))
            problem = "" if is_added else "it is full for today; errors and what concerns security are added"
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if problem and not self._problem:
            self._tell(self._form(self._own(f"The file of the log cannot be written: {problem}.")))
        self._problem = problem

    def _tell(self, line: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more
            self._stream.write(f"{line}\n")
            self._stream.flush()


def _weight_of(level: int, entry: Entry) -> Weight:
    if level >= logging.ERROR:
        return Weight.ERROR
    return Weight.OF_SECURITY if entry.logger == security_events.NAME else Weight.ORDINARY


def _set_levels(handler: LogHandler) -> None:
    ours = min(handler.stream_level, handler.file_level)
    tells_all = handler.stream_level <= logging.DEBUG or handler.file_level <= VERBOSE
    logging.getLogger().setLevel(logging.DEBUG if tells_all else max(ours, logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(ours)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if tells_all else logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return the secrets of an installation that its processes hold in memory."""
    keys: Sequence[str] = (settings.secret_key, *settings.other_secret_keys)
    with suppress(OSError, UnicodeDecodeError):
        keys = known_keys(settings)
    others = (settings.admin_password, settings.database_password, settings.metrics_token)
    return tuple(filter(None, (*keys, *others)))
