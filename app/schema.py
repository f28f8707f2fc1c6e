"""The schema of the database: bring it up to date under a lock, and tell whether it is behind."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, text

from app.database import is_table_on
from app.errors import ConflictError

REFERENCES_OF_MANY_ROWS = frozenset(
    {
        "fk_phone_user_tenant_id_tenant",
        "fk_device_tenant_id_tenant",
        "fk_device_site_id_site",
        "fk_device_phone_model_id_phone_model",
        "fk_device_template_id_config_template",
    }
)
"""Foreign keys of the models that PostgreSQL holds by triggers, for all rows of a statement (docs/decisions/0057)."""

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
    """Bring the schema to this revision, up or down; where others may do the same, hold the lock."""
    with engine.connect() as connection:
        config = _configuration(connection)
        go_down = revision == "base" or (revision != "head" and revision < (_revision_of(connection) or ""))
        (command.downgrade if go_down else command.upgrade)(config, revision)
        connection.commit()


def comparing(dialect: str) -> Callable[[Any, str | None, str, bool, object], bool]:
    """Return what tells Alembic which things of models and database it compares, on this kind of database."""
    held_otherwise = REFERENCES_OF_MANY_ROWS if dialect == "postgresql" else frozenset()

    def is_compared(thing: Any, name: str | None, _kind: str, _is_there: bool, _other: object) -> bool:
        table = thing if isinstance(thing, Table) else thing.table
        return name not in held_otherwise and is_table_on(table, dialect)

    return is_compared


def check_is_up_to_date(engine: Engine) -> None:
    """Raise ConflictError with what to do when the database is behind or ahead of this version."""
    with engine.connect() as connection:
        found = _revision_of(connection)
    head = head_revision()
    if found != head:
        raise ConflictError(
            f"The database is at revision {found or 'none'} and this version of Ringmaster needs {head}. "
            "Run `python run.py init`, then start again."
        )


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
