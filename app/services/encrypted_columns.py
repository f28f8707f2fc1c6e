"""What is encrypted at rest: which columns that are, and how their values are encrypted anew with another key."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, LargeBinary, bindparam, func, select, tuple_, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.schema import Column, Table

from app.database import EncryptedBytes, EncryptedText
from app.errors import InvalidInputError
from app.security.secrets import Vault

ROWS_TOGETHER = 500
BYTES_TOGETHER = 4 * 1024 * 1024
_NEW, _KEY = "new_", "key_"

RowKey = tuple[Any, ...]


class Piece(NamedTuple):
    """Rows of a table that are looked at together: their primary keys, in order."""

    table: Table
    rows: Sequence[RowKey]


class Found(NamedTuple):
    """How many values were looked at, and which rows have one that the newest key alone does not open."""

    values: int
    old: Sequence[RowKey]


def encrypted_columns() -> dict[Table, Sequence[Column[Any]]]:
    """Return the encrypted columns of each table that has some."""
    found = {
        table: [column for column in table.columns if isinstance(column.type, EncryptedBytes | EncryptedText)]
        for table in Model.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def next_piece(session: Session, table: Table, after: RowKey | None) -> Piece:
    """Return the rows behind a primary key: as many as are soon read and fit into memory, none at the end."""
    sizes: list[ColumnElement[int]] = [
        func.coalesce(func.length(_stored(column)), 0) for column in encrypted_columns()[table]
    ]
    statement = select(*table.primary_key, sum(sizes[1:], sizes[0])).order_by(*table.primary_key)
    if after is not None:
        statement = statement.where(tuple_(*table.primary_key) > tuple_(*after))
    rows: list[RowKey] = []
    total = 0
    for *key, size in session.connection().execute(statement.limit(ROWS_TOGETHER)):
        total += size
        if rows and total > BYTES_TOGETHER:
            break
        rows.append(tuple(key))
    return Piece(table, rows)


def look(session: Session, piece: Piece, newest: Vault) -> Found:
    """Open every value of the rows with the newest key alone."""
    count, old = 0, []
    for key, values in _read(session, piece, locks=False):
        count += len(values)
        if not all(_opens(newest, stored) for stored in values.values()):
            old.append(key)
    return Found(count, old)


def encrypt_anew(session: Session, piece: Piece, vault: Vault, newest: Vault) -> int:
    """Encrypt what the newest key does not open with it; return how many values those were.

    A row that somebody else is writing at this moment is left out, so that nobody waits for anybody in a circle.
    InvalidInputError where a value was made with a key that is not among those of ``vault``.
    """
    written = 0
    for key, values in _read(session, piece, locks=True):
        old = {name: stored for name, stored in values.items() if not _opens(newest, stored)}
        if old:
            _write(
                session, piece.table, key, {name: _anew(piece.table, key, old[name], vault) for name in old}
            )
        written += len(old)
    return written


def _anew(table: Table, key: RowKey, stored: bytes, vault: Vault) -> bytes:
    try:
        return vault.encrypt(vault.decrypt(stored))
    except InvalidInputError as error:
        where = ", ".join(str(part) for part in key)
        raise InvalidInputError(f"Row {where} of {table.name}: {error}") from error


def _read(session: Session, piece: Piece, *, locks: bool) -> Iterator[tuple[RowKey, dict[str, bytes]]]:
    """Yield the primary key and the values of each row, as they are stored, without those that are empty."""
    table, width = piece.table, len(piece.table.primary_key)
    columns = encrypted_columns()[table]
    statement = select(*table.primary_key, *map(_stored, columns)).order_by(*table.primary_key)
    statement = statement.where(tuple_(*table.primary_key).in_(piece.rows))
    if locks:
        statement = statement.with_for_update(skip_locked=True)
    for row in session.connection().execute(statement):
        stored = zip(columns, row[width:], strict=True)
        yield tuple(row[:width]), {column.name: bytes(value) for column, value in stored if value is not None}


def _write(session: Session, table: Table, key: RowKey, values: dict[str, bytes]) -> None:
    is_the_row = [
        column == bindparam(f"{_KEY}{column.name}", part, type_=column.type)
        for column, part in zip(table.primary_key, key, strict=True)
    ]
    new = {name: bindparam(f"{_NEW}{name}", value, type_=LargeBinary) for name, value in values.items()}
    session.connection().execute(update(table).where(*is_the_row).values(new))


def _stored(column: Column[Any]) -> ColumnElement[bytes]:
    """Return the column as it is stored, so that nothing is decrypted on the way."""
    return type_coerce(column, LargeBinary).label(f"stored_{column.name}")


def _opens(vault: Vault, stored: bytes) -> bool:
    try:
        vault.decrypt(stored)
    except InvalidInputError:
        return False
    return True
