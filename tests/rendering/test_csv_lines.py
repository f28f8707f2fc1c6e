"""Lines of CSV: whole for programs, harmless for spreadsheets."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.csv_lines import csv_line, harmless_cell, original_cell, reversible_line


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


@pytest.mark.parametrize(
    "cell",
    [
        "plain",
        "=1+1",
        "-x",
        "@me",
        "'=1+1",
        "''=x",
        "'plain",
        "it's",
        "+49301234",
        "'+49301234",
        " =x",
        "",
        "'",
        "\uff1d1",
    ],
)
def test_what_was_kept_from_calculating_comes_back_as_it_was(cell: str) -> None:
    (line,) = csv.reader([reversible_line([cell, "end"])])
    assert original_cell(line[0]) == cell
    assert line[0] == harmless_cell(line[0])
