"""The page of acceptance says what runs showed, and a run of some tests leaves what is known of the others."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance import record
from tests.acceptance.page import as_page, claim
from tests.acceptance.recorder import Result

MARCH, APRIL = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
HELD = Result("tests/test_a.py::test_no_kill_loses_a_report[sqlite]", True, 12.4, {"answered": "1,234"})
BROKE = Result("tests/test_b.py::test_nothing_leaks", False, 1.0, {})
FIRST = record.merged([], [BROKE, HELD], MARCH, "abc1234")


@pytest.mark.parametrize(
    ("node_id", "sentence"),
    [
        (HELD.node_id, "no kill loses a report (sqlite)"),
        (BROKE.node_id, "nothing leaks"),
        ("a/b.py::test_x[a-b]", "x (a-b)"),
    ],
)
def test_a_claim_is_the_name_of_a_test_in_words(node_id: str, sentence: str) -> None:
    assert claim(node_id) == sentence


def test_the_page_names_each_claim_with_its_figures() -> None:
    text = as_page(record.merged([], [HELD], MARCH, "abc1234"), {"Python": "3.11.9"})
    assert "All 1 claims held." in text
    assert "| no kill loses a report (sqlite) | yes | 12 | 2026-03-09, abc1234 | answered: 1,234 |" in text
    assert "* Python: 3.11.9" in text


def test_the_page_says_first_what_did_not_hold() -> None:
    text = as_page(FIRST, {})
    assert "**1 of 2 claims did not hold.**" in text
    assert "| nothing leaks | **no** |" in text


def test_a_run_replaces_what_was_known_of_its_files_and_leaves_the_others() -> None:
    renamed = Result("tests/test_b.py::test_nothing_leaks_at_all", True, 2.0, {})
    known = record.merged(FIRST, [renamed], APRIL, "def5678")
    assert [(entry.node_id, entry.on, entry.commit) for entry in known] == [
        (HELD.node_id, "2026-03-09", "abc1234"),
        (renamed.node_id, "2026-04-01", "def5678"),
    ]


def test_what_is_known_is_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "acceptance.json"
    assert record.read(file) == []
    record.write(file, FIRST)
    assert record.read(file) == FIRST
