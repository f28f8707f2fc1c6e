"""Inserting rows that may be there already, many at once, in the words of the database at hand."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those that are there, by any unique key, stay as they are."""
    if rows:
        session.connection().execute(_insert_missing(_dialect(session), table), rows)


def insert_or_replace(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; of those that are there, by their primary keys, every other column is replaced."""
    if rows:
        session.connection().execute(_insert_or_replace(_dialect(session), table), rows)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


# To build such a statement takes longer than to run it, so each is built once for its table.
@cache
def _insert_missing(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _insert_or_replace(dialect: str, table: Table) -> Any:
    statement = _insert(dialect, table)
    replaced = {
        column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced)


def _insert(dialect: str, table: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
