"""Many rows and many values at once, in the fastest way that the database at hand has."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, Table, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def add_rows(session: Session, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; their values go to the driver as they are, past what columns make of values, and past the scope."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(f'"{name}"' for name in columns)
    if session.get_bind().dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    # The names are those of our own tables.
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def among(
    session: Session, column: ColumnElement[str] | InstrumentedAttribute[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a text is one of many, which go to the database as one parameter."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(String)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))
