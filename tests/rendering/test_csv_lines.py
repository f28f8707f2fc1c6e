"""Lines of CSV: whole for programs, harmless for spreadsheets."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.csv_lines import csv_line, harmless_cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "+1-1", "\uff1d1", "-cmd", "+"]
)
def test_a_formula_begins_with_an_apostrophe(cell):
    assert harmless_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+97239764713", "-5", "", "Anna", "1+1", "00908f123456", "a=b", "10.1.2.3"])
def test_what_is_no_formula_stays_as_it_is(cell):
    assert harmless_cell(cell) == cell


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), min_size=1))
def test_a_line_is_read_back_as_the_cells_it_was_made_of(cells):
    (read,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
