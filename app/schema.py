"""The schema of the database: bring it up to date under a lock, and tell whether this version works on it."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Table, inspect, text

from app.database import WRITES, is_table_on
from app.errors import ConflictError

REFERENCES_OF_MANY_ROWS = frozenset(
    {
        "fk_phone_user_tenant_id_tenant",
        "fk_device_tenant_id_tenant",
        "fk_device_site_id_site",
        "fk_device_phone_model_id_phone_model",
        "fk_device_template_id_config_template",
        "fk_device_phone_user_id_phone_user",
        "fk_device_firmware_id_firmware",
    }
)
"""Foreign keys of the models that PostgreSQL holds by triggers, for all rows of a statement (docs/decisions/0057)."""

OLDEST_THAT_FITS = "0033"
"""The oldest revision whose program works on this schema; a migration that takes something away, or wants a value that
older programs do not give, raises it to its own (docs/decisions/0072)."""

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_ADVISORY_LOCK = 7_402_160


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Hold the lock of the database that other processes, on PostgreSQL of other machines too, wait for."""
    with engine.connect() as connection:
        take_lock = _locked_file if connection.dialect.name == "sqlite" else _advisory_lock
        with take_lock(connection):
            yield


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to this revision, up or down; where others may do the same, hold the lock.

    Processes of the version before may go on meanwhile (docs/decisions/0072). Each migration begins as a writer: on
    SQLite one that read first would be refused as soon as another process wrote in between.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        config = _configuration(connection)
        go_down = revision == "base" or (revision != "head" and revision < (_revision_of(connection) or ""))
        (command.downgrade if go_down else command.upgrade)(config, revision)
        if _oldest_that_fits(connection):
            connection.execute(text("UPDATE schema_fit SET oldest = :oldest"), {"oldest": OLDEST_THAT_FITS})
        connection.commit()


def comparing(dialect: str) -> Callable[[Any, str | None, str, bool, object], bool]:
    """Return what tells Alembic which things of models and database it compares, on this kind of database."""
    held_otherwise = REFERENCES_OF_MANY_ROWS if dialect == "postgresql" else frozenset()

    def is_compared(thing: Any, name: str | None, _kind: str, _is_there: bool, _other: object) -> bool:
        if isinstance(thing, Column) and thing.computed is not None:
            return False  # each database writes an expression in its own words
        table = thing if isinstance(thing, Table) else thing.table
        return name not in held_otherwise and is_table_on(table, dialect)

    return is_compared


def check_fits(engine: Engine) -> None:
    """Raise ConflictError with what to do when the database is behind this version, or too far ahead of it.

    It may be ahead: another host was upgraded, and what it added does not disturb this version.
    """
    head = head_revision()
    with engine.connect() as connection:
        found = _revision_of(connection)
        if found == head:
            return
        if found is None or is_known_revision(found):
            raise ConflictError(
                f"The database is at revision {found or 'none'} and this version of Ringmaster needs {head}. "
                "Run `python run.py init`, then start again."
            )
        oldest = _oldest_that_fits(connection)
    if not oldest or head < oldest:
        raise ConflictError(
            f"The database is at revision {found}, on which this version of Ringmaster, of revision {head}, does not "
            "work any more. Upgrade this host to the version of the others."
        )


def is_ahead(engine: Engine) -> bool:
    """Whether a later version has brought the database up to its own schema."""
    with engine.connect() as connection:
        found = _revision_of(connection)
    return found is not None and not is_known_revision(found)


def current_revision(engine: Engine) -> str:
    """Return the revision that the database is at; empty where there is none."""
    with engine.connect() as connection:
        return _revision_of(connection) or ""


def head_revision() -> str:
    """Return the revision that this version needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def is_known_revision(revision: str) -> bool:
    """Whether this version can bring a database of that revision up to its own."""
    return any(script.revision == revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _oldest_that_fits(connection: Connection) -> str:
    """Return what the schema says of itself; empty where it says nothing."""
    if not inspect(connection).has_table("schema_fit"):
        return ""
    return connection.scalar(text("SELECT oldest FROM schema_fit")) or ""


@contextmanager
def _locked_file(connection: Connection) -> Iterator[None]:
    with Path(f"{connection.engine.url.database}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _advisory_lock(connection: Connection) -> Iterator[None]:
    # Who waits here waits for a whole migration, longer than a statement may take otherwise.
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
        connection.commit()
