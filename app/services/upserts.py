"""Inserting rows that may be there already, many at once, in the words of the database at hand."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import Base


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those that are there, by any unique key, stay as they are."""
    if rows:
        session.connection().execute(_insert_missing(_dialect(session), table), rows)


def insert_unless_there(session: Session, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless it is there, by any unique key; return whether it was inserted."""
    statement = _insert(_dialect(session), table).on_conflict_do_nothing().returning(*table.primary_key)
    return session.connection().execute(statement, row).first() is not None


def insert_or_replace(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; of those that are there, by their primary keys, every other column is replaced."""
    if rows:
        session.connection().execute(_insert_or_replace(_dialect(session), table), rows)


def insert_or_add(session: Session, table: Table, rows: Sequence[Mapping[str, Any]], counter: str) -> None:
    """Insert rows; of those that are there, by their primary keys, the counter becomes the sum of both."""
    if rows:
        session.connection().execute(_insert_or_add(_dialect(session), table, counter), rows)


def insert_missing_returning(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[InstrumentedAttribute[Any]],
) -> Sequence[Row[Any]]:
    """Insert rows and return these columns of those that were not there, by any unique key."""
    statement = _insert(_dialect(session), model).on_conflict_do_nothing().returning(*columns)
    return session.execute(statement, rows).all() if rows else []


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


# To build such a statement takes longer than to run it, so each is built once for its table.
@cache
def _insert_missing(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _insert_or_add(dialect: str, table: Table, counter: str) -> Any:
    statement = _insert(dialect, table)
    total = table.columns[counter] + statement.excluded[counter]
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_={counter: total})


@cache
def _insert_or_replace(dialect: str, table: Table) -> Any:
    statement = _insert(dialect, table)
    replaced = {
        column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced)


def _insert(dialect: str, target: Table | type[Base]) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(target)
