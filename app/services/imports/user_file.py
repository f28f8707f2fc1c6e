"""A file of users and devices as it was uploaded: a table, or an archive that holds one (protocol 11.1)."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import BinaryIO, NamedTuple

from app.errors import InvalidInputError
from app.rendering.csv_lines import original_cell
from app.rules.csv_table import CsvTable
from app.rules.sentences import quoted
from app.rules.user_table import UserColumns
from app.rules.zip_reading import Archive

LARGEST_UPLOAD = 20_000_000
LARGEST_TABLE = 100_000_000
MOST_ROWS = 30_000
TABLE = "users.csv"
_PIECE = 1024 * 1024


class Part(NamedTuple):
    """Some rows that follow one another, each with the number of its line."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]


class UserFile:
    """The rows of a file; ``columns`` tells what they say. Rows are read as they are asked for."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the file; InvalidInputError with a sentence where it is none of users."""
        self._content = content
        self._name = name
        self._table = CsvTable(self._stream(), name)
        self.columns = UserColumns(self._table.columns, name, original_cell)

    def count_lines(self) -> int:
        """Return how many lines the table has, which is about how many rows."""
        stream = self._stream()
        count = 0
        while piece := stream.read(_PIECE):
            count += piece.count(b"\n")
        return count

    def parts(self, most: int) -> Iterator[Part]:
        """Yield the rows, so many at a time; InvalidInputError where the file turns out to be no table."""
        count = 0
        while (part := Part(*self._table.take(most))).rows:
            count += len(part.rows)
            if count > MOST_ROWS:
                raise InvalidInputError(
                    f"{self._name} has more than {MOST_ROWS:,} rows, the most that is taken at once. Split it."
                )
            yield part

    def _stream(self) -> BinaryIO:
        if not self._content.startswith(b"PK"):
            return BytesIO(self._content)
        archive = Archive(self._content, self._name)
        tables = [name for name in archive.members if name.lower().endswith(".csv")]
        wanted = next((name for name in tables if name.lower() == TABLE), tables[0] if tables else "")
        if not wanted or (len(tables) > 1 and wanted.lower() != TABLE):
            raise InvalidInputError(
                f"{quoted(self._name)} holds {'several tables' if tables else 'no table'}, and no {TABLE}."
            )
        return archive.open(wanted, most_bytes=LARGEST_TABLE)
