"""The page of acceptance says what a run showed."""

from datetime import UTC, datetime

import pytest

from tests.acceptance.page import as_page, claim
from tests.acceptance.recorder import Result

AT = datetime(2026, 3, 9, tzinfo=UTC)
HELD = Result("tests/test_a.py::test_no_kill_loses_a_report[sqlite]", True, 12.4, {"answered": "1,234"})
BROKE = Result("tests/test_a.py::test_nothing_leaks", False, 1.0, {})


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
    text = as_page([HELD], {"Python": "3.11.9"}, AT)
    assert "All 1 claims held." in text
    assert "| no kill loses a report (sqlite) | yes | 12 | answered: 1,234 |" in text
    assert "* Python: 3.11.9" in text


def test_the_page_says_first_what_did_not_hold() -> None:
    text = as_page([HELD, BROKE], {}, AT)
    assert "**1 of 2 claims did not hold.**" in text
    assert "| nothing leaks | **no** |" in text
