"""A file of users and devices as it was uploaded: a table, or an archive that holds one (protocol 11.1)."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from app.errors import InvalidInputError
from app.rendering.csv_lines import original_cell
from app.rules.csv_table import CsvTable
from app.rules.sentences import quoted
from app.rules.user_table import UserCells, UserColumns
from app.rules.zip_reading import Archive

LARGEST_UPLOAD = 20_000_000
LARGEST_TABLE = 100_000_000
MOST_ROWS = 30_000
TABLE = "users.csv"
_PIECE = 1024 * 1024


class UserFile:
    """The rows of a file. Its header is read when it is opened, and its rows as they are asked for."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the file; InvalidInputError with a sentence where it is none of users."""
        self._content = content
        self._name = name
        self._table = CsvTable(self._stream(), name)
        self._columns = UserColumns(self._table.columns, name, original_cell)

    def count_lines(self) -> int:
        """Return how many lines the table has, which is about how many rows."""
        stream = self._stream()
        count = 0
        while piece := stream.read(_PIECE):
            count += piece.count(b"\n")
        return count

    def rows(self) -> Iterator[tuple[int, UserCells | InvalidInputError]]:
        """Yield each row with the number of its line, or what is wrong with it; InvalidInputError ends it early."""
        for number, (line, row) in enumerate(self._table.rows(), start=1):
            if number > MOST_ROWS:
                raise InvalidInputError(
                    f"{self._name} has more than {MOST_ROWS:,} rows, the most that is taken at once. Split it."
                )
            try:
                yield line, self._columns.read(row)
            except InvalidInputError as error:
                yield line, error

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
