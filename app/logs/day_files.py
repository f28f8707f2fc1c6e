"""A file of the log for each day: several processes add whole lines to it, none grows without bound, old ones go."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from pathlib import Path

MOST_BYTES_OF_DAY = 64 * 1024 * 1024
"""What a day may take on the disk; what concerns security may take an eighth more, and errors another one."""
DAYS_FROM_THE_START = 30
_NAME = re.compile(r"web-admin\.(\d{4}-\d\d-\d\d)\.[A-Za-z0-9_-]{1,64}\.jsonl")
_BLOCK = 64 * 1024


class Weight(IntEnum):
    """For what there is room in a file that is full for anything lighter."""

    ORDINARY = 0
    OF_SECURITY = 1
    ERROR = 2


def folder_in(data_dir: Path) -> Path:
    """Return where the files of the log are."""
    return data_dir / "logs"


@dataclass(frozen=True, slots=True)
class DayFile:
    """The file of a day on one machine."""

    day: date
    path: Path
    size: int


def files_in(folder: Path) -> list[DayFile]:
    """Return the files there are, those of the last day first."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            name = _NAME.fullmatch(path.name)
            with suppress(OSError, ValueError):
                if name:
                    found.append(DayFile(date.fromisoformat(name[1]), path, path.stat().st_size))
    return sorted(found, key=lambda file: (file.day, file.path.name), reverse=True)


def lines_backwards(path: Path, most_bytes: int) -> Iterator[str]:
    """Yield the lines of a file from its end, as long as they lie within its last so many bytes."""
    with path.open("rb") as file:
        at = end = file.seek(0, os.SEEK_END)
        rest = b""
        while at > 0 and end - at < most_bytes:
            size = min(_BLOCK, at)
            at -= size
            file.seek(at)
            first, *lines = (file.read(size) + rest).split(b"\n")
            rest = first
            yield from (line.decode(errors="replace") for line in reversed(lines) if line)
        if at == 0 and rest:
            yield rest.decode(errors="replace")


class DayFiles:
    """Adds lines to the file of the day; each is one write to a file opened to append, which the kernel keeps whole."""

    def __init__(
        self, folder: Path, *, days: int = DAYS_FROM_THE_START, most: int = MOST_BYTES_OF_DAY
    ) -> None:
        self._folder = folder
        self._most = most
        self._host = re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:64] or "host"
        self._opened: tuple[date, int] | None = None
        self._lock = threading.Lock()
        self.days = days

    def add(self, line: str, *, weight: Weight, now: datetime) -> bool:
        """Add a line; False where the file of the day is full, OSError where the disk is."""
        with self._lock:
            file = self._file_of(now.astimezone(UTC).date())
            size = os.fstat(file).st_size
            if size >= self._most + weight * self._most // 8:
                return False
            os.write(file, line.encode(errors="replace") + b"\n")
            return True

    def drop_old(self, today: date) -> None:
        """Remove the files of days that are not kept any more."""
        first_kept = today - timedelta(days=self.days)
        for old in files_in(self._folder):
            if old.day < first_kept:
                with suppress(OSError):
                    old.path.unlink()

    def close(self) -> None:
        """Close the file of the day, if one is open."""
        opened, self._opened = self._opened, None
        if opened is not None:
            os.close(opened[1])

    def _file_of(self, day: date) -> int:
        if self._opened is not None and self._opened[0] == day:
            return self._opened[1]
        self.close()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"web-admin.{day}.{self._host}.jsonl"
        self._opened = day, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.drop_old(day)
        return self._opened[1]
