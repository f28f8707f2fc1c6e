"""A database as one file, taken while others write, and put back whole or not at all."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine, inspect, make_url
from sqlalchemy.exc import OperationalError

from app.database import make_engine
from app.errors import ConflictError, InvalidInputError, UnreachableError
from app.failover import names_several
from app.schema import current_revision

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BESIDE = ("-wal", "-shm", "-journal")
# Triggers go with their tables, the functions that they call do not; those of extensions are the extension's.
_DROP_FUNCTIONS = """DO $$ DECLARE found regprocedure; BEGIN
FOR found IN SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS
(SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
LOOP EXECUTE format('DROP ROUTINE %s CASCADE', found); END LOOP; END $$;
"""
_LONGEST_WAIT = "SET lock_timeout = '10s';\nSET statement_timeout = 0;\n"


def kind_of(url: str) -> str:
    """Return which kind of database a URL is of."""
    return SQLITE if url.startswith(SQLITE) else POSTGRESQL


def tables_in(url: str) -> list[str]:
    """Return the tables of a database; none where a SQLite file is not there. Nothing is made, nothing stays open."""
    if kind_of(url) == SQLITE and not _file_of(url).exists():
        return []
    engine: Engine = make_engine(url)
    try:
        return sorted(inspect(engine).get_table_names())
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise UnreachableError(f"The database cannot be opened: {reason}.") from error
    finally:
        engine.dispose()


def revision_in(url: str) -> str:
    """Return the revision of the schema that a database is at."""
    engine: Engine = make_engine(url)
    try:
        return current_revision(engine)
    finally:
        engine.dispose()


def snapshot(url: str, target: Path) -> None:
    """Write all of a database to a file, as it is at one moment; those who use it go on."""
    if kind_of(url) == SQLITE:
        _snapshot_sqlite(_file_of(url), target)
    else:
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], url)


def put_back(url: str, source: Path) -> None:
    """Make the database what the file says; where that fails it is as it was before."""
    if kind_of(url) == SQLITE:
        _put_sqlite_back(_file_of(url), source)
    else:
        _put_postgresql_back(url, source)


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _snapshot_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)  # in one step, so that those who write meanwhile do not make it begin anew
        copy.execute("PRAGMA journal_mode = DELETE")
    _check_sqlite(target)


def _check_sqlite(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        try:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise InvalidInputError(f"The copy of the database is damaged: {found}.")


def _put_sqlite_back(target: Path, source: Path) -> None:
    _check_sqlite(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restored")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    # The log of the database before would be taken for the new one's.
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            target.with_name(target.name + suffix).unlink()
    draft.replace(target)


def _put_postgresql_back(url: str, source: Path) -> None:
    """Drop what is there and load the dump in one transaction: psql ends it at the first error."""
    before = "".join(f'DROP TABLE "{name}" CASCADE;\n' for name in tables_in(url))
    before += "".join(f'DROP SEQUENCE IF EXISTS "{name}" CASCADE;\n' for name in _sequences_in(url))
    script = source.with_name("database.sql")
    with script.open("wb") as file:
        file.write((_LONGEST_WAIT + before + _DROP_FUNCTIONS).encode())
    _run(["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(source)], "", appends_to=script)
    order = [
        "psql",
        "--quiet",
        "--no-psqlrc",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--file={script}",
    ]
    _run(order, url)
    script.unlink()


def _sequences_in(url: str) -> list[str]:
    engine: Engine = make_engine(url)
    try:
        return sorted(inspect(engine).get_sequence_names())
    finally:
        engine.dispose()


def _as_programs_read_it(url: URL) -> str:
    """Return an address, which may name several servers, as PostgreSQL's own programs take it; without its password."""
    _, options = url.get_dialect()().create_connect_args(url.set(password=None))
    needed = {"target_session_attrs": "read-write", **options} if names_several(url) else options
    return make_conninfo(**needed)


def _run(order: list[str], url: str, *, appends_to: Path | None = None) -> None:
    """Run a program of PostgreSQL's; the password travels in its environment, where no other account sees it."""
    program = shutil.which(order[0])
    if program is None:
        raise ConflictError(
            f"The program {order[0]} is not on this machine. Install PostgreSQL's client programs, of the server's "
            "version or a later one (Debian: postgresql-client)."
        )
    environment = dict(os.environ)
    if url:
        parts = make_url(url)
        if parts.password is not None:
            environment["PGPASSWORD"] = str(parts.password)
        order = [*order, f"--dbname={_as_programs_read_it(parts)}"]
    with open(appends_to or os.devnull, "ab") as output:  # noqa: PTH123  # of two kinds
        ended = subprocess.run(  # noqa: S603  # the program is PostgreSQL's, its arguments are ours
            [program, *order[1:]], env=environment, stdout=output, stderr=subprocess.PIPE, check=False
        )
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines() or ["it did not say why"]
        raise ConflictError(f"{order[0]} failed: {said[-1]}")
