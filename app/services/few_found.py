"""What an index of letters finds, where that is little: looked up first, so that nothing else has to be looked through.

Only PostgreSQL has such indexes (``app/letter_indexes.py``), and without them it looks through narrow tables here. On
SQLite a condition that is asked of each row costs as much as looking for these rows first.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.services.bulk_rows import is_one_of

MOST = 10_000
"""What is called little: as far as lists count what they found."""

Value = TypeVar("Value")


def find_few(session: Session, statements: Sequence[Select[Value]]) -> Sequence[Value] | None:
    """Return what these statements find together; None where that is more than MOST, and on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    parts = [select(statement.limit(MOST + 1).subquery().c[0]) for statement in statements]
    found = session.scalars(union_all(*parts).limit(MOST + 1)).all()
    return found if len(found) <= MOST else None


def among(
    session: Session, column: InstrumentedAttribute[Any], statements: Sequence[Select[Any]]
) -> ColumnElement[bool]:
    """Return the condition that a row is among the few that these statements find; none where they are not few."""
    few = find_few(session, statements)
    return true() if few is None else is_one_of(session, column, few)
