"""A ZIP file that is sent while it is made: nothing of it is kept but the piece at hand."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

Part = tuple[str, Iterable[bytes]]
"""The name of a file inside, and its content in pieces."""


class _Pipe(io.RawIOBase):
    """What is written here waits to be taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes, /) -> int:  # type: ignore[override]  # narrower: zipfile writes bytes
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zip_stream(parts: Iterable[Part], *, made_at: datetime) -> Iterator[bytes]:
    """Yield a ZIP file of these parts, piece by piece, as each is asked for."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, pieces in parts:
            entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open(entry, "w", force_zip64=True) as inside:
                for piece in pieces:
                    inside.write(piece)
                    if made := pipe.take():
                        yield made
    yield pipe.take()
