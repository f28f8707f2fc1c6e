"""The log for who looks at it: its last lines from a level on, and the archive of its days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import groupby
from pathlib import Path

from app.logs.day_files import DayFile, files_in, lines_backwards
from app.logs.entries import Entry, as_text, entry_in
from app.logs.levels import LEVELS

MOST_BYTES_LOOKED_THROUGH = 8 * 1024 * 1024
"""Who looks for words that are rare is not made to wait for all of a log."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the archive: the files of all machines that write to this folder."""

    day: date
    files: Sequence[DayFile]

    @property
    def size(self) -> int:
        """Its size, in bytes."""
        return sum(file.size for file in self.files)


def days_of(folder: Path) -> list[Day]:
    """Return the days of the archive, the last one first."""
    return [Day(day, list(files)) for day, files in groupby(files_in(folder), lambda file: file.day)]


def last_entries(folder: Path, most: int, *, level: str, words: str = "") -> list[Entry]:
    """Return the last entries of this level and the graver ones that have the words, in the order of time."""
    found: list[Entry] = []
    left = MOST_BYTES_LOOKED_THROUGH
    for day in days_of(folder):
        if len(found) >= most or left <= 0:
            break
        sources = [_matching(file.path, left, LEVELS[level], words.casefold()) for file in day.files]
        for entry in merge(*sources, key=lambda entry: entry.at, reverse=True):
            found.append(entry)
            if len(found) >= most:
                break
        left -= day.size
    return found[::-1]


def text_of(day: Day) -> Iterator[str]:
    """Yield all lines of a day as text for people, in the order of time, those of several machines mixed."""
    for entry in merge(*(_entries(file.path) for file in day.files), key=lambda entry: entry.at):
        yield as_text(entry) + "\n"


def _matching(path: Path, most_bytes: int, level: int, words: str) -> Iterator[Entry]:
    # To read a line as JSON takes ten times as long as to see that the words are not in it.
    is_plain = words.isascii() and words.isalnum()
    lines = lines_backwards(path, most_bytes)
    for entry in _read(line for line in lines if not is_plain or words in line.casefold()):
        if LEVELS.get(entry.level, 0) >= level and words in as_text(entry).casefold():
            yield entry


def _entries(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from _read(file)


def _read(lines: Iterable[str]) -> Iterator[Entry]:
    return (entry for line in lines if (entry := entry_in(line)) is not None)
