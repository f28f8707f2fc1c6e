"""Many rows and many values at once, in the fastest way that the database at hand has."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    String,
    Table,
    TableValuedAlias,
    any_,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.services import copied_rows

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_ROWS_OF_A_STATEMENT = 50
"""SQLite takes these in three quarters of the time that it takes for one by one."""


class ReadyRows(NamedTuple):
    """Rows of a table as they go to the database at hand: in pieces to PostgreSQL, to SQLite as they are."""

    table: Table
    columns: Sequence[str]
    rows: Iterable[Any]
    alike: tuple[Any, ...]


def ready_rows(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    alike: Mapping[str, Any] = _NOTHING,
) -> ReadyRows:
    """Make rows ready to be added: their values as they are, past what columns make of values, and past the scope.

    ``alike`` are columns that have the same value in all rows. None of the columns is a text that may be NULL. What
    takes the processor is done here, so that another thread than the one that adds them can do it.
    """
    names, shared = (*alike, *columns), tuple(alike.values())
    if _is_postgresql(session):
        return ReadyRows(table, names, copied_rows.pieces_of(table, names, rows, shared), ())
    return ReadyRows(table, names, rows, shared)


def add_rows(session: Session, ready: ReadyRows) -> None:
    """Insert rows that are ready, some at a time."""
    table, columns, rows, shared = ready
    if _is_postgresql(session):
        copied_rows.copy(session, table, columns, rows)
        return
    cursor = session.connection().connection.cursor()
    names = ", ".join(f'"{name}"' for name in columns)  # those of our own tables
    own = len(columns) - len(shared)
    # Numbered, values that are alike go along once for a whole statement.
    marks = ", ".join([*(f"?{number}" for number in range(1, len(shared) + 1)), *("?" * own)])
    values = chain.from_iterable(rows)
    while some := tuple(islice(values, _ROWS_OF_A_STATEMENT * own)):
        listed = ", ".join([f"({marks})"] * (len(some) // own))
        cursor.execute(f"INSERT INTO {table.name} ({names}) VALUES {listed}", shared + some)  # noqa: S608
    cursor.close()


def among(
    session: Session, column: ColumnElement[str] | InstrumentedAttribute[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a text is one of many, which go to the database as one parameter."""
    content = json.dumps(list(values))
    listed = _elements(session, _as_json(content) if _is_postgresql(session) else literal(content))
    return column.in_(select(listed.c.value))


def for_each(
    session: Session,
    texts: Mapping[int, Collection[str]],
    wanted: Callable[[ColumnElement[int], ColumnElement[str]], Select[int]],
) -> Select[int]:
    """Select the one thing that is wanted of each pair of a number and one of its texts, NULL where there is none.

    The pairs go to the database as one parameter. Joined with a table they would stand last on SQLite, and be looked
    through for each of its rows.
    """
    content = json.dumps({number: list(some) for number, some in texts.items()})
    unfolded = func.json_each(_as_json(content) if _is_postgresql(session) else content)
    numbers = unfolded.table_valued("key", "value", name="numbers")
    listed = _elements(session, numbers.c.value)
    found = wanted(cast(numbers.c.key, Integer), listed.c.value).correlate(numbers, listed)
    return select(found.scalar_subquery()).select_from(numbers.join(listed, true()))


def is_one_of(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of these values, found by its index.

    On PostgreSQL they are one parameter: the statement is the same for however many.
    """
    if _is_postgresql(session):
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)


def forget_what_was_read(session: Session) -> None:
    """Have SQLite give back the memory of pages that it keeps in case they are read again."""
    if not _is_postgresql(session):
        session.connection().exec_driver_sql("PRAGMA shrink_memory")


@contextmanager
def unchecked(session: Session) -> Iterator[None]:
    """Have SQLite hold no row that the block writes to the checks of its table: they were made before.

    A list of words in a check is laid out anew for each row, which takes a third of the time that the row takes. What
    has to be there and to be unique, and references, are looked at as ever; so is everything by PostgreSQL.
    """
    if _is_postgresql(session):
        yield
        return
    connection = session.connection()
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def in_one_pass(session: Session) -> Iterator[None]:
    """Have PostgreSQL join tables by reading each of them once.

    Of rows that came a moment ago its planner does not know how many they are, and would look up each by itself.
    """
    if not _is_postgresql(session):
        yield
        return
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    yield
    connection.exec_driver_sql("SET LOCAL enable_nestloop = on")


@contextmanager
def planned_each_time(session: Session) -> Iterator[None]:
    """Have PostgreSQL plan a statement for the table as it is now, and not once for the life of a connection.

    A table that had nothing in it is read whole, also when a storm has put ten thousand rows there since: plans that
    are kept are made anew only when statistics are, once a minute at best.
    """
    if not _is_postgresql(session):
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    kept = driver.prepare_threshold
    driver.prepare_threshold = None
    try:
        yield
    finally:  # the connection goes on without this transaction
        driver.prepare_threshold = kept


def _as_json(content: str) -> ColumnElement[Any]:
    return cast(literal(content, String), JSON)


def _elements(session: Session, content: ColumnElement[Any]) -> TableValuedAlias:
    unfold = func.json_array_elements_text if _is_postgresql(session) else func.json_each
    return unfold(content).table_valued("value", name="texts")


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
