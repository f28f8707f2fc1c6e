"""What is in a backup: a head that says what it is, files with their checksums, and the list of those at the end."""

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from app.cli.backup.container import BackupReader, BackupWriter
from app.errors import InvalidInputError

HEAD, SUMS = "head.json", "checksums.json"
DATABASE, KEY = "database", "secret.key"
FIRMWARE = re.compile(r"firmware/[0-9a-f]{64}")
_MOST_BYTES_OF_JSON = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_BROKEN = "The backup is broken or was cut off: {}. Take another one."


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a backup is of: ``kind`` is ``sqlite`` or ``postgresql``, ``key_mark`` tells keys apart and betrays none."""

    made_at: str
    kind: str
    revision: str
    key_mark: str
    has_key: bool
    tables: list[str] = field(default_factory=list)


class ArchiveWriter:
    """Adds files to a backup, each read once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file."""
        with path.open("rb") as file:
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            summed = _Summed(file)
            self._tar.addfile(info, summed)
        self._sums[name] = summed.checksum

    def add_text(self, name: str, text: str) -> None:
        """Add a short text."""
        content = text.encode()
        info = tarfile.TarInfo(name)
        info.size = len(content)
        self._tar.addfile(info, io.BytesIO(content))
        self._sums[name] = hashlib.sha256(content).hexdigest()

    def finish(self) -> None:
        """Add the checksums of all files."""
        self.add_text(SUMS, json.dumps(self._sums))


@contextmanager
def written(file: BinaryIO, head: Head, passphrase: str) -> Iterator[ArchiveWriter]:
    """Yield a backup to add files to; it is whole when the block has ended."""
    outer = BackupWriter(file, passphrase)
    # What is larger than its memory is no smaller for trying harder, and takes three times as long.
    with gzip.GzipFile("", "wb", 1, outer) as inner, tarfile.open(fileobj=inner, mode="w|") as tar:
        archive = ArchiveWriter(tar)
        archive.add_text(HEAD, json.dumps(asdict(head)))
        yield archive
        archive.finish()
    outer.finish()


def read_head(path: Path, passphrase: str) -> Head:
    """Return what a backup is of, and read no further."""
    with path.open("rb") as file, _opened(file, passphrase) as tar:
        first = next(iter(tar), None)
        if first is None or first.name != HEAD:
            raise InvalidInputError(_BROKEN.format("it does not say what it is"))
        return _head_of(_short(tar, first))


def unpack(path: Path, passphrase: str, folder: Path) -> None:
    """Lay the files of a backup into a folder, and check each of them against its checksum; else InvalidInputError."""
    sums: dict[str, str] = {}
    expected: dict[str, str] | None = None
    with path.open("rb") as file, _opened(file, passphrase) as tar:
        for member in tar:
            if member.name == SUMS:
                expected = _sums_of(_short(tar, member))
            else:
                sums[member.name] = _lay(tar, member, folder)
        _read_to_end(tar)
    if expected is None:
        raise InvalidInputError(_BROKEN.format("its end is missing"))
    wrong = sorted(name for name in {*sums, *expected} if sums.get(name) != expected.get(name))
    if wrong:
        raise InvalidInputError(_BROKEN.format(f"{wrong[0]} is not what was written"))


@contextmanager
def _opened(file: BinaryIO, passphrase: str) -> Iterator[tarfile.TarFile]:
    try:
        inner = gzip.GzipFile("", "rb", fileobj=BackupReader(file, passphrase))
        with tarfile.open(fileobj=inner, mode="r|") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise InvalidInputError(_BROKEN.format(error)) from error


def _read_to_end(tar: tarfile.TarFile) -> None:
    """Read what follows the last file: with it comes the checksum of the whole stream."""
    stream: Any = tar.fileobj
    while stream.read(_CHUNK):
        pass


def _lay(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one file; only names that a backup has are taken, so that none leads out of the folder."""
    is_known = member.name in {HEAD, DATABASE, KEY} or FIRMWARE.fullmatch(member.name)
    source = tar.extractfile(member) if member.isreg() and is_known else None
    if source is None:
        raise InvalidInputError(_BROKEN.format(f"it has a file {member.name[:60]!r}, which no backup has"))
    target = folder / member.name
    if target.exists():
        raise InvalidInputError(_BROKEN.format(f"it has {member.name} twice"))
    target.parent.mkdir(exist_ok=True)
    checksum = hashlib.sha256()
    with target.open("xb") as file:
        target.chmod(0o600)
        while chunk := source.read(_CHUNK):
            checksum.update(chunk)
            file.write(chunk)
    return checksum.hexdigest()


def _short(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(member) if member.size <= _MOST_BYTES_OF_JSON else None
    if source is None:
        raise InvalidInputError(_BROKEN.format(f"{member.name} is no short text"))
    return source.read()


def _head_of(content: bytes) -> Head:
    try:
        return Head(**_object_in(content))
    except TypeError as error:
        raise InvalidInputError(
            "The backup was made by another version, whose form is not known here."
        ) from error


def _sums_of(content: bytes) -> dict[str, str]:
    return {name: str(checksum) for name, checksum in _object_in(content).items()}


def _object_in(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInputError(_BROKEN.format("a list in it cannot be read"))
    return found


class _Summed(io.RawIOBase):
    """Reads a file and sums it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._sum.update(chunk)
        return chunk

    @property
    def checksum(self) -> str:
        return self._sum.hexdigest()
