"""Tables that people upload as CSV: how they are written is found out, and columns are found by their names."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain, compress, islice
from typing import BinaryIO

from app.errors import InvalidInputError
from app.rules.file_signatures import what_it_is
from app.rules.sentences import quoted

_LONGEST_HEADER = 64 * 1024
_MOST_COLUMNS = 500
_ROWS_AT_ONCE = 100
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_ends_of_lines = re.compile(r"\r\n|\r|\n")
_quoted_parts = re.compile(r'"[^"]*"')


class CsvTable:
    """A table whose header was read: ``columns`` are its names as they are written, without blanks around them."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Read the header; InvalidInputError where this is no table, said with the ``name`` of its file."""
        self._name = name
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        header = self._first_line()
        self.delimiter = _delimiter_of(header)
        self._reader = csv.reader(chain((header,), self._text), delimiter=self.delimiter, strict=True)
        self.columns: Sequence[str] = [" ".join(cell.split()) for cell in self._header()]
        if not any(self.columns):
            raise InvalidInputError(f"{name} is empty: its first row has to name the columns.")
        if len(self.columns) > _MOST_COLUMNS:
            raise InvalidInputError(f"{name} has {len(self.columns)} columns; {_MOST_COLUMNS} is the most.")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not empty with the number of its last line, from 2 on."""
        while (taken := self.take(_ROWS_AT_ONCE))[1]:
            yield from zip(*taken, strict=True)

    def take(self, most: int) -> tuple[list[int], list[list[str]]]:
        """Return the next rows that are not empty, up to so many, and the number of the last line of each.

        There are none at the end of the table alone.
        """
        reader = self._reader
        while True:
            before = reader.line_num
            with self._said():
                rows = list(islice(reader, most))
            is_plain = reader.line_num - before == len(rows)
            lines = list(range(before + 1, before + 1 + len(rows)) if is_plain else _ends(before, rows))
            is_there = list(map(any, rows))
            if not all(is_there):
                lines, rows = list(compress(lines, is_there)), list(compress(rows, is_there))
            if rows or not is_there:
                return lines, rows

    def _header(self) -> list[str]:
        with self._said():
            return next(self._reader, [])

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what cannot be read into a sentence that says where."""
        try:
            yield
        except csv.Error as error:
            raise InvalidInputError(
                f"{self._name} cannot be read in line {self._reader.line_num}: {_meaning(error)}"
            ) from error
        except UnicodeDecodeError as error:
            raise _not_utf8(self._name, self._reader.line_num + 1) from error

    def _first_line(self) -> str:
        try:
            line = self._text.readline(_LONGEST_HEADER)
        except UnicodeDecodeError as error:
            head = error.object[:4096]
            kind = what_it_is(head)
            if kind and kind != "a text":
                raise InvalidInputError(
                    f"{self._name} is {kind} and no table, whatever its name says."
                ) from error
            if head.startswith(_WIDE_MARKS):
                raise InvalidInputError(
                    f'{self._name} is in UTF-16: save it as "CSV UTF-8" and try again.'
                ) from error
            raise _not_utf8(self._name, 1) from error
        if len(line) == _LONGEST_HEADER:
            raise InvalidInputError(f"{self._name} is no table: its first line does not end.")
        return line


def _ends(before: int, rows: Sequence[Sequence[str]]) -> Iterator[int]:
    """Yield the number of the last line of each row, which begin behind a line; cells may hold ends of lines."""
    taken = (1 + sum(len(_ends_of_lines.findall(cell)) for cell in row) for row in rows)
    return islice(accumulate(taken, initial=before), 1, None)


def _delimiter_of(header: str) -> str:
    bare = _quoted_parts.sub("", header)
    return max(_DELIMITERS, key=bare.count)


def _meaning(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quote that begins a cell is never closed."
    if "field larger" in text:
        return "a cell is far too long; probably a quote is never closed."
    if "expected after" in text:
        return "behind a closing quote stands more text; write a quote within a cell twice."
    return f"{quoted(text)}."


def _not_utf8(name: str, line: int) -> InvalidInputError:
    return InvalidInputError(
        f'{name} holds a byte that is not UTF-8, in line {line} or soon behind it: save it as "CSV UTF-8" and try '
        "again."
    )
