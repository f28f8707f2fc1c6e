"""An import is measured whole: every row is written, and nothing of it is left out of the figures."""

from pathlib import Path

import pytest

from app.cli.release import release
from benchmarks import imports
from benchmarks.imports import Imported
from tests.databases import Databases, settings_for

ROWS = 100


@pytest.mark.parametrize(
    ("database_kind", "makes_files"),
    [("sqlite", True), ("postgresql", True), ("sqlite", False)],
    indirect=["database_kind"],
)
def test_all_rows_of_the_table_are_written(databases: Databases, tmp_path: Path, makes_files: bool) -> None:
    settings = settings_for(databases.create(), tmp_path)
    release(settings)
    table = tmp_path / "users.csv"
    imports.write_table(table, ROWS)
    found = imports.measure(settings, table, makes_files=makes_files)
    assert found.rows == ROWS
    assert min(found.bare, found.split, found.looking, found.writing, found.lock) > 0
    assert (found.files is not None) is makes_files
    databases.drop(settings.database_url)


def test_figures_are_in_bare_parses() -> None:
    found = Imported(
        rows=30_000, bare=0.1, split=0.03, looking=0.5, writing=0.3, files=None, lock=0.3, memory=0
    )
    assert found.parses == pytest.approx(8)
