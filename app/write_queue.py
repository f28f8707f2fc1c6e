"""The queue of those who write to one SQLite database: whoever has waited goes before who has just written.

SQLite lets writers wait by trying again at ever longer intervals, so one that writes without pause is hardly ever
caught between two transactions (docs/decisions/0015). The queue is a courtesy among connections of this class: what
keeps the data right is SQLite's own lock, which each of them takes as before.
"""

import fcntl
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_LOOKS_EVERY_SECONDS = 0.0005


class QueuedConnection(sqlite3.Connection):
    """A connection whose place in the queue ends with its transaction, or with itself."""

    def __init__(self, database: str, *arguments: Any, **options: Any) -> None:
        super().__init__(database, *arguments, **options)
        self._place = _Place(database)

    def wait_for_turn(self) -> bool:
        """Come to the head of the queue; False when that took longer than this connection's busy timeout.

        A database without a file that others could open, or in a folder where nothing can be made, has no queue.
        """
        (milliseconds,) = self.execute("PRAGMA busy_timeout").fetchone()
        return self._place.take(patience=milliseconds / 1000)

    def leave_queue(self) -> None:
        """Let the next one write."""
        self._place.leave()

    def commit(self) -> None:
        """Commit, and let the next one write; after a failure that is left to the rollback."""
        super().commit()
        self._place.leave()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._place.leave()

    def close(self) -> None:
        """Close, and let the next one write."""
        super().close()
        self._place.close()


class _Place:
    """One connection's place, held by locks on two files that the kernel gives up with the process.

    Who wants to write takes ``turn``, then ``writer``, and gives ``turn`` back. So while one writes, at most one
    other holds ``turn``; the one that writes cannot begin again before that one had its turn.
    """

    def __init__(self, database: str) -> None:
        self._database = Path(database)
        self._files: tuple[int, int] | None = None
        self._is_held = False

    def take(self, *, patience: float) -> bool:
        """Wait for the place for at most so many seconds; whether it could be had, or there is no queue."""
        self._files = self._files or self._open()
        if self._files is None:
            return True
        turn, writer = self._files
        deadline = time.monotonic() + patience
        if not _locked_until(deadline, turn):
            return False
        self._is_held = _locked_until(deadline, writer)
        _unlock(turn)
        return self._is_held

    def leave(self) -> None:
        """Give the place up, if it is held."""
        if self._is_held and self._files is not None:
            self._is_held = False
            _unlock(self._files[1])

    def close(self) -> None:
        """Give the place up, and the files."""
        files, self._files, self._is_held = self._files, None, False
        for file in files or ():
            os.close(file)

    def __del__(self) -> None:
        self.close()

    def _open(self) -> tuple[int, int] | None:
        if not self._database.is_file():
            return None
        with suppress(OSError):
            return _opened(f"{self._database}.turn"), _opened(f"{self._database}.writer")
        return None


def _opened(name: str) -> int:
    # To lock a file one need not be able to write it, so a second account of the machine can queue, too.
    return os.open(name, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _locked_until(deadline: float, file: int) -> bool:
    """Lock a file, looking again and again: flock cannot be told how long to wait."""
    while not _locked(file):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOKS_EVERY_SECONDS)
    return True


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_UN)
