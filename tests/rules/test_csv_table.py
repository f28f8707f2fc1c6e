"""Tables as people save them: separators, marks, quotes, encodings, and what is no table."""

import io

import pytest

from app.errors import InvalidInputError
from app.rules.csv_table import CsvTable


def read(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    table = CsvTable(io.BytesIO(content), "users.csv")
    return list(table.columns), list(table.rows())


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInputError) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_mark_and_ends_of_lines_are_found_out(separator: str, mark: bytes, end: str):
    content = mark + end.join([f'Name{separator}"Display; Name, or so"', f"zoë{separator}Zoë", ""]).encode()
    assert read(content) == (["Name", "Display; Name, or so"], [(2, ["zoë", "Zoë"])])


def test_rows_without_content_are_passed_over_and_lines_are_counted():
    assert read(b"Name,Tenant\n\n,\nanna,Acme\n")[1] == [(4, ["anna", "Acme"])]


def test_a_cell_in_quotes_may_hold_all_that_separates():
    assert read(b'Name,Tenant\n"a ""b"", c\nd",Acme\n')[1] == [(3, ['a "b", c\nd', "Acme"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b'Name\n"anna\nbob\n', "a quote that begins a cell is never closed"),
        (b'Name,Tenant\n"anna"b,Acme\n', "line 2: behind a closing quote stands more text"),
        (b"Name\nanna\nZo\xeb\n", "a byte that is not UTF-8, in line"),
        (b"Na\xebme\nanna\n", "not UTF-8"),
        ("Name\nanna\n".encode("utf-16"), 'save it as "CSV UTF-8"'),
        (b"\xff\xd8\xff\xe0" + bytes(200), "is a JPEG picture and no table"),
        (b"x" * 200_000, "its first line does not end"),
        (b",".join([b"a"] * 900), "900 columns"),
        (b'Name\n"' + b"x" * 400_000, "far too long"),
    ],
)
def test_what_is_no_table_is_told_with_its_place(content: bytes, words: str):
    assert words in refusal(content)
