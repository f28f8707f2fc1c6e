"""Requests laid down in a file, one a line, for a generator to send one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "@" * 12
"""Stands in a body for a tag of 8 characters and a lap of 4, which the generator writes in its place."""

_SEPARATOR = b"\t"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``headers`` are whole lines; the body holds neither tabs nor line breaks."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[str, ...] = ()


def write(file: Path, asks: Iterable[Ask]) -> None:
    """Write requests as method, path, body and headers with tabs between them."""
    with file.open("wb") as out:
        for ask in asks:
            texts = (text.encode() for text in ask.headers)
            out.write(_SEPARATOR.join((ask.method.encode(), ask.path.encode(), ask.body, *texts)) + b"\n")


def read(file: Path) -> Iterator[Ask]:
    """Yield the requests of a file in their order."""
    for line in file.read_bytes().splitlines():
        method, path, body, *headers = line.split(_SEPARATOR)
        yield Ask(method.decode(), path.decode(), body, tuple(header.decode() for header in headers))
