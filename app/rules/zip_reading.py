"""Archives that people upload: nothing is unpacked to a disk, and nothing larger than was agreed on is read."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import IO, BinaryIO, cast

from app.errors import InvalidInputError
from app.rules.sentences import quoted

MOST_MEMBERS = 2_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)
# What the others unpack cannot be bounded while it is read, and no program that makes such files uses them.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """An archive in memory: its members by the last part of their names."""

    def __init__(self, content: bytes, name: str) -> None:
        """Look at the table of contents; InvalidInputError where it cannot be read or names what it may not."""
        self._name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            found = self._zip.infolist()
        except _BROKEN as error:
            raise self._broken() from error
        if len(found) > MOST_MEMBERS:
            raise InvalidInputError(f"{name} holds {len(found):,} files; {MOST_MEMBERS:,} is the most.")
        self.members: Mapping[str, zipfile.ZipInfo] = self._by_name(found)

    def open(self, member: str, *, most_bytes: int) -> BinaryIO:
        """Open a member of at most so many bytes; InvalidInputError tells what is wrong, also while it is read.

        No more is read than the table of contents says.
        """
        info = self.members[member]
        if info.file_size > most_bytes:
            raise InvalidInputError(
                f"{quoted(member)} in {self._name} is larger than {most_bytes // 1_000_000} MB when it is unpacked."
            )
        try:
            stream = self._zip.open(info)
        except _BROKEN as error:
            raise self._broken() from error
        return cast(BinaryIO, io.BufferedReader(_Member(stream, self._broken), 64 * 1024))

    def read(self, member: str, *, most_bytes: int) -> bytes:
        """Return a whole member."""
        with self.open(member, most_bytes=most_bytes) as stream:
            return stream.read()

    def _by_name(self, found: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        for info in found:
            if info.filename.endswith("/"):
                continue  # a folder; ``is_dir`` of Python 3.11 fails at a member without a name
            name = self._checked_name(info)
            if name in members:
                raise InvalidInputError(f"{self._name} holds {quoted(name)} twice; leave one of them out.")
            members[name] = info
        return members

    def _checked_name(self, info: zipfile.ZipInfo) -> str:
        path = info.filename.replace("\\", "/")
        if not path:
            raise InvalidInputError(f"{self._name} holds a file without a name; make it anew and try again.")
        if path.startswith("/") or ":" in path or ".." in path.split("/"):
            raise InvalidInputError(f"{self._name} holds {quoted(path)}, a name that leads out of it.")
        if info.flag_bits & 1:
            raise InvalidInputError(f"{self._name} is locked with a password; send it without one.")
        if info.compress_type not in _METHODS:
            raise InvalidInputError(
                f"{quoted(path)} in {self._name} is packed in a way that is not read; make an ordinary zip archive."
            )
        return path.rpartition("/")[2]

    def _broken(self) -> InvalidInputError:
        return InvalidInputError(
            f"{self._name} is no zip archive, or is damaged; make it anew and try again."
        )


class _Member(io.RawIOBase):
    """A stream out of an archive whose errors are ours."""

    def __init__(self, stream: IO[bytes], refusal: Callable[[], InvalidInputError]) -> None:
        self._stream = stream
        self._refusal = refusal

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what the buffered reader hands over
        try:
            piece = self._stream.read(len(buffer))
        except _BROKEN as error:
            raise self._refusal() from error
        buffer[: len(piece)] = piece
        return len(piece)
