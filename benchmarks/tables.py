"""Tables in Markdown that are read as they are, too."""

from collections.abc import Sequence


def as_table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Return a table; the first columns, as many as ``words``, hold words and stand left, the others figures."""
    cells = [heads, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    rule = ["-" * width if column < words else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return "\n".join(_line(row, widths, words) for row in (heads, rule, *rows))


def _line(row: Sequence[str], widths: Sequence[int], words: int) -> str:
    padded = (
        cell.ljust(width) if column < words else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "| " + " | ".join(padded) + " |"
