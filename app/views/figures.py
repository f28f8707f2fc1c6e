"""Columns of numbers in a list, each number with a link to what was counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Figures:
    """Numbers by the id of their row; a row that is not in them has none.

    ``path`` is where the numbers link to, or empty; ``arguments`` are by the id of the row as well.
    """

    label: str
    numbers: Mapping[int, int]
    path: str = ""
    arguments: Mapping[int, Mapping[str, str]] | None = None

    def address(self, row_id: int) -> str:
        """Return the address of what was counted for a row, or an empty text."""
        if not self.path:
            return ""
        arguments = (self.arguments or {}).get(row_id, {})
        return f"{self.path}?{urlencode(arguments)}" if arguments else self.path
