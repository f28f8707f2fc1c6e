"""Lines of CSV files that people open in a spreadsheet (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
"""Stands first in a file: without it spreadsheets take UTF-8 for the code page of their country."""

# What a spreadsheet takes for a formula when a cell begins with it.
_BEGINS_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_is_number = re.compile(r"[+-][0-9]{1,40}").fullmatch


def csv_line(cells: Iterable[str]) -> str:
    """Return the cells as one line, with its end.

    A cell that a spreadsheet would take for a formula begins with an apostrophe in the file. A sign with digits
    behind it, a phone number such as +97239764713, is no formula, and stays what other systems look up by.
    """
    return _line(harmless_cell(cell) for cell in cells)


def reversible_line(cells: Iterable[str]) -> str:
    """Return a line as ``csv_line`` does, from which ``original_cell`` gets each cell back as it was."""
    return _line(f"'{cell}" if _calculates(cell.lstrip("'")) else cell for cell in cells)


def original_cell(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from calculating with it."""
    return text[1:] if text.startswith("'") and _calculates(text.lstrip("'")) else text


def harmless_cell(text: str) -> str:
    """Return the text, behind an apostrophe where a spreadsheet would calculate with it."""
    text = text.replace("\0", "")
    return f"'{text}" if _calculates(text) else text


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _calculates(text: str) -> bool:
    return text.lstrip(" ").startswith(_BEGINS_LIKE_A_FORMULA) and not _is_number(text)
