"""Programs of the version before on a newer schema: what they may find there, and what they do."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from app import schema
from app.cli.release import check_released, release
from app.database import WRITES, make_engine
from app.errors import ConflictError
from tests.databases import settings_for


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def columns(engine: Engine) -> dict[tuple[str, str], bool]:
    """Return each column, and whether a program that does not know it may leave it out."""
    found = inspect(engine)
    return {
        (table, column["name"]): bool(
            column["nullable"] or column["default"] or column.get("autoincrement") is True
        )
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }


def disturbances(before: dict[tuple[str, str], bool], after: dict[tuple[str, str], bool]) -> list[str]:
    """Return what of a later schema breaks a program that was written for an earlier one."""
    tables = {table for table, _ in before}
    gone = [f"{table}.{name} is gone" for table, name in before if (table, name) not in after]
    wanted = [
        f"{table}.{name} has to be given"
        for (table, name), may_be_left_out in after.items()
        if table in tables and not may_be_left_out and before.get((table, name), True)
    ]
    return sorted(gone + wanted)


def test_programs_of_the_oldest_revision_that_fits_work_on_the_newest_schema(engine: Engine) -> None:
    schema.migrate(engine, schema.OLDEST_THAT_FITS)
    before = columns(engine)
    schema.migrate(engine)
    assert disturbances(before, columns(engine)) == []


def test_they_go_on_writing_while_the_schema_becomes_the_newest(
    engine: Engine, empty_database_url: str
) -> None:
    schema.migrate(engine, schema.OLDEST_THAT_FITS)
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.execute(text("CREATE TABLE written (number INTEGER)"))
    is_over = threading.Event()

    def write() -> int:
        writer, number = make_engine(empty_database_url).execution_options(**{WRITES: True}), 0
        while not is_over.is_set():
            number += 1
            with writer.begin() as connection:
                connection.execute(text("INSERT INTO written VALUES (:number)"), {"number": number})
        writer.dispose()
        return number

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            schema.migrate(engine)
        finally:
            is_over.set()
        number = writing.result()
    schema.check_fits(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM written")) == number > 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_would_disturb_them_is_found(engine: Engine) -> None:
    schema.migrate(engine)
    before = columns(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE lease RENAME COLUMN epoch TO takings"))
    assert disturbances(before, columns(engine)) == ["lease.epoch is gone", "lease.takings has to be given"]


def make_later(url: str, oldest: str) -> None:
    """Let a database look as if a later version had brought it up to date."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_fit SET oldest = :oldest"), {"oldest": oldest})
        connection.execute(text("DELETE FROM lease"))
    engine.dispose()


def test_a_program_that_fits_starts_on_a_later_schema_and_changes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(database_url, tmp_path)
    make_later(database_url, schema.head_revision())
    assert release(settings) is None
    check_released(settings)
    engine = make_engine(database_url)
    assert schema.current_revision(engine) == "9999"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM lease")) == 0
    engine.dispose()


def test_a_program_that_does_not_fit_says_what_to_do(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    make_later(database_url, "9998")
    for start in (release, check_released):
        with pytest.raises(
            ConflictError, match=r"revision 9999, .* Upgrade this host to the version of the others"
        ):
            start(settings)


def test_the_oldest_revision_that_fits_is_one_that_there_is() -> None:
    revisions = {script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()}
    assert schema.OLDEST_THAT_FITS in revisions
