"""The database: engines set up per kind, the declarative base on Flask-AppBuilder's registry, column types."""

import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from flask_appbuilder import Model
from sqlalchemy import DateTime, Dialect, Engine, Enum, LargeBinary, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.failover import connect_options, leave_servers_that_take_no_writes
from app.security.secrets import vault
from app.security.tenant_scope import guard
from app.write_queue import QueuedConnection

SQLITE_BUSY_SECONDS = 30
WRITES = "ringmaster_writes"
ONLY_ON = "only on"
"""What ``info`` of a table says that one kind of database has and the other does not need."""
_LONGEST_KEPT_LOG = 16 * 1024 * 1024  # of a log that grew because somebody read for long, so much is kept
_LONGEST_LOG_PAGES = 4_000
# Rows; a status row and its entries in the indexes are about four pages. Each time costs two waits for the disk.
_CHANGES_BROUGHT_HOME_TOGETHER = 750
_CHANGES_AT_HOME = "changes at home"
_BEGIN_TO_WRITE = "BEGIN IMMEDIATE"
LONGEST_FOLD = 3  # characters that str.casefold() makes of one, at most

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


class Base(DeclarativeBase):
    """Typed models in the same metadata as Flask-AppBuilder's own tables."""

    registry = Model.registry
    __abstract__ = True


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that go past the session and its scope."""
    return cast("Table", model.__table__)  # declared as FromClause, and a Table for a model of one table


def is_table_on(table: Table, dialect: str) -> bool:
    """Whether this kind of database has the table."""
    return bool(table.info.get(ONLY_ON, dialect) == dialect)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite has no zones, so the zone is put back when a row is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC; a naive one is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """A text that is encrypted at rest; it can be neither searched nor compared in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else vault().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else vault().decrypt(value).decode()


class EncryptedBytes(LargeBinary):
    """Bytes that whoever writes them encrypted with the vault: compressed before, or many rows at once.

    The type says what is in the column, so that a change of the key finds it (``app/services/encrypted_columns.py``).
    """


def one_of(words: type[StrEnum], *, is_checked: bool = True) -> Enum:
    """Return the column type for one of these words: stored as text, and held to the list by the database.

    Without a check nothing holds it to the list, and rows are inserted faster.
    """
    return Enum(
        words,
        name=words.__name__.lower(),
        native_enum=False,
        create_constraint=is_checked,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def engine_options(url: str) -> dict[str, Any]:
    """Return what create_engine needs beside the URL for this kind of database."""
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,  # an error that is logged must not tell the values of its statement
            "connect_args": {"timeout": SQLITE_BUSY_SECONDS, "factory": QueuedConnection},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "connect_args": {
            **connect_options(url),
            # Compiling a statement takes longer than nearly all of ours take to run.
            "options": "-c timezone=utc -c statement_timeout=30000 -c lock_timeout=10000 -c jit=off",
        },
    }


def make_engine(url: str, *, asks_first: bool = True) -> Engine:
    """Make an engine that is set up as this system needs it.

    It asks whether a connection is still alive before it is used, which is one more way to the database and back.
    Who does without has to try again on a connection that was lost.
    """
    options = engine_options(url)
    if not asks_first:
        options.pop("pool_pre_ping", None)
    engine = create_engine(url, **options)
    set_up(engine)
    return engine


def set_up(engine: Engine) -> None:
    """Give SQLite write-ahead logging, full durability, foreign keys, and transactions that lose no update.

    pysqlite's own transactions lose updates without a word, so BEGIN is said here: IMMEDIATE for a connection that
    carries the execution option ``WRITES``, deferred for readers. Writers of all processes queue before they say it
    (docs/decisions/0015). PostgreSQL is left where it takes no writes any more.
    """
    if engine.dialect.name != "sqlite":
        leave_servers_that_take_no_writes(engine)
        return
    event.listen(engine, "connect", _set_up_sqlite_connection)
    event.listen(engine, "begin", _begin_sqlite_transaction)
    event.listen(engine, "checkin", _bring_log_home)


def _set_up_sqlite_connection(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
        f"journal_size_limit={_LONGEST_KEPT_LOG}",
        f"wal_autocheckpoint={_LONGEST_LOG_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite_transaction(connection: Any) -> None:
    if not connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql("BEGIN")
        return
    queued = connection.connection.driver_connection
    if not queued.wait_for_turn():
        raise OperationalError(_BEGIN_TO_WRITE, None, sqlite3.OperationalError("database is locked"))
    try:
        connection.exec_driver_sql(_BEGIN_TO_WRITE)
    except BaseException:
        queued.leave_queue()
        raise


def _bring_log_home(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    """Copy the write-ahead log into the database after some changes, while others may already write.

    SQLite would do it within the commit, and who waits in the queue would wait for it as well.
    """
    if connection is None:
        return
    changes = connection.total_changes
    if changes - record.info.get(_CHANGES_AT_HOME, 0) >= _CHANGES_BROUGHT_HOME_TOGETHER:
        record.info[_CHANGES_AT_HOME] = changes
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


class ScopedSession(Session):
    """A session that keeps to its tenant scope; without one it sees no tenant's rows."""


guard(ScopedSession)


class Database:
    """The database of a process and its two ways in.

    ``reader`` begins a transaction that only reads, ``writer`` one that may write: on SQLite it takes the write lock
    at once, so that what was read cannot change before it is written.
    """

    def __init__(self, engine: Engine) -> None:
        self.reader = engine
        self.writer = engine.execution_options(**{WRITES: True})
