"""`python -m benchmarks.sweep`, small: every phone that fell silent is marked, and nobody is kept from writing."""

from pathlib import Path

import pytest

from benchmarks.kinds import Kind
from benchmarks.sweep import Figures, Swept, as_table, measure_on
from tests.databases import Databases

PHONES = 800
FEW = PHONES // 400


@pytest.fixture
def kind(database_kind: str, databases: Databases) -> Kind:
    return Kind(database_kind, databases)


def test_every_sweep_marks_those_who_fell_silent_and_others_write_meanwhile(
    kind: Kind, tmp_path: Path
) -> None:
    told: list[str] = []
    figures = measure_on(kind, tmp_path, PHONES, told.append)
    marked = {name: swept.done for name, swept in figures.sweeps.items()}
    assert list(marked.values()) == [FEW, PHONES - 5 * FEW, 0, 0, PHONES // 10]
    assert all(swept.writes for swept in figures.sweeps.values() if swept.done > PHONES // 2)
    assert len(told) == 2


def test_the_table_has_times_in_units_of_a_pass() -> None:
    swept = Swept(
        done=2500, seconds=1.5, looking=0.1, working=0.2, longest_lock=0.012, longest_wait=0.025, writes=400
    )
    table = as_table([Figures("SQLite", 1_000_000, 0.4, {"all fell silent": swept})])
    assert table.splitlines()[-1] == (
        "| SQLite: all fell silent | 1,000,000 | 2,500 | 0.25 | 0.50 | 1.50 | 12.0 | 25.0 | 400 |"
    )
