"""Rows written in bulk whether or not they are there already, on both kinds of database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that are not there, by their primary keys; those that are stay as they are."""
    if rows:
        session.connection().execute(_insert(session, table).on_conflict_do_nothing(), rows)


def insert_or_replace(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; of those that are there, by their primary keys, every other column is replaced."""
    if not rows:
        return
    statement = _insert(session, table)
    replaced = {
        column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key
    }
    keys = list(table.primary_key)
    session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), rows)


def _insert(session: Session, table: Table) -> Any:
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return kind.insert(table)
