"""Rows that go to PostgreSQL by COPY, as CSV: a third of the time that the driver takes to write them its own way."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from operator import add
from typing import Any, TypeAlias

from sqlalchemy import LargeBinary, String, Table, TypeDecorator
from sqlalchemy.orm import Session

_AT_ONCE = 2_000
_END_OF_DATA = "\\."
"""In a line of its own this ends what is copied, also within quotes (PostgreSQL before 18)."""

Row = tuple[Any, ...]
Piece: TypeAlias = str | Sequence[Row]
"""Some rows as CSV, or as they are."""


def pieces_of(table: Table, columns: Sequence[str], rows: Iterable[Row], shared: Row = ()) -> Sequence[Piece]:
    """Write rows as they are copied, some thousands a piece: the ``shared`` values ahead of those of each row.

    No text among them may be NULL. A piece that cannot be written so is left as its rows.
    """
    kinds = [_kind_of(table, name) for name in columns]
    binary = [place for place, kind in enumerate(kinds) if issubclass(kind, LargeBinary)]
    taken = map(add, repeat(shared), rows) if shared else iter(rows)
    return list(_pieces(taken, binary))


def copy(session: Session, table: Table, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
    """Copy rows into a table, as ``pieces_of`` has made them for these columns."""
    cursor = session.connection().connection.cursor()
    texts = ", ".join(f'"{name}"' for name in columns if issubclass(_kind_of(table, name), String))
    names = ", ".join(f'"{name}"' for name in columns)  # those of our own tables
    copied = f"COPY {table.name} ({names}) FROM STDIN"
    for piece in pieces:
        if isinstance(piece, str):
            with cursor.copy(f"{copied} (FORMAT csv, FORCE_NOT_NULL ({texts}))") as whole:
                whole.write(piece)
        else:
            with cursor.copy(copied) as by_rows:
                for row in piece:
                    by_rows.write_row(row)
    cursor.close()


def _pieces(rows: Iterator[Row], binary: Sequence[int]) -> Iterator[Piece]:
    while some := list(islice(rows, _AT_ONCE)):
        text = _as_csv(some, binary)
        yield some if _END_OF_DATA in text else text


def _as_csv(rows: Sequence[Row], binary: Sequence[int]) -> str:
    """Return rows as PostgreSQL reads them: what is NULL as nothing, bytes in hex digits."""
    text = io.StringIO(newline="")
    # Of the ends of lines, Python 3.11 puts cells into quotes that hold what ends its own.
    csv.writer(text, lineterminator="\r\n").writerows(_in_hex(rows, binary) if binary else rows)
    return text.getvalue()


def _in_hex(rows: Sequence[Row], binary: Sequence[int]) -> Iterator[Row]:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place in binary:
        columns[place] = [None if cell is None else f"\\x{cell.hex()}" for cell in columns[place]]
    return zip(*columns, strict=True)


def _kind_of(table: Table, name: str) -> type:
    kind = table.c[name].type
    return type(kind.impl_instance if isinstance(kind, TypeDecorator) else kind)
