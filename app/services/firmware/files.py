"""The folder of firmware: bytes come in as drafts and lie under their checksum, whole or not at all.

A draft is locked by whoever writes it, and the kernel gives the lock up with the process: so what nobody has locked
was left behind. The folder is locked, by a file in it, while a file is put in its place until the row that names it is
committed, and while one that no row names is taken away (docs/decisions/0026). Several hosts may share the folder: what
is locked is open for writing, because NFS refuses the lock otherwise (docs/decisions/0071).
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, _TemporaryFileWrapper

from app.errors import ConflictError, InvalidInputError
from app.rules.file_signatures import HEAD_BYTES, what_it_is

_CHUNK = 1024 * 1024
_VERSION_BYTES = 64 * 1024
_PART = ".part"
_LOCK = ".lock"
_VERSIONS = (re.compile(rb"UC_\d{1,3}(?:\.\d{1,5}){3,4}"), re.compile(rb"\d{1,3}(?:\.\d{1,5}){3,4}"))
_is_checksum = re.compile(r"[0-9a-f]{64}").fullmatch
_DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes that lie in the folder; ``size`` in bytes, ``version`` empty where none stands in the file."""

    sha256: str
    size: int
    version: str


class Draft:
    """A file that is coming in: checked, counted and summed while it is written."""

    def __init__(self, file: "_TemporaryFileWrapper[bytes]", folder: Path, most_bytes: int | None) -> None:
        self._file = file
        self._folder = folder
        self._most_bytes = most_bytes
        self._checksum = hashlib.sha256()
        self._size = 0
        self._head = b""
        self._is_checked = False

    def write(self, chunk: bytes) -> None:
        """Take in the next bytes; InvalidInputError where the file is too large or no firmware.

        ConflictError where the disk is full.
        """
        self._size += len(chunk)
        if self._most_bytes is not None and self._size > self._most_bytes:
            raise InvalidInputError(
                f"The file is larger than {megabytes(self._most_bytes)}, the most that is taken."
            )
        self._head += chunk[: _VERSION_BYTES - len(self._head)]
        if len(self._head) >= HEAD_BYTES:
            self._check()
        self._checksum.update(chunk)
        self._write(chunk)

    @contextlib.contextmanager
    def placed(self) -> Iterator[StoredBytes]:
        """Put the whole file in its place for as long as the block does not raise; commit its row in the block."""
        if not self._size:
            raise InvalidInputError("The file is empty. Choose the file that the phone's vendor gave you.")
        self._check()
        self._sync()
        stored = StoredBytes(self._checksum.hexdigest(), self._size, _version_in(self._head))
        with _locked(self._folder):
            path = self._folder / stored.sha256
            is_new = _put_in_place(Path(self._file.name), path)
            try:
                yield stored
            except BaseException:
                if is_new:
                    path.unlink(missing_ok=True)
                raise

    def _write(self, chunk: bytes) -> None:
        """Write past any buffer, which would try again when the file is closed after the disk was full."""
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _cannot_keep(error) from error

    def _check(self) -> None:
        if self._is_checked:
            return
        found = what_it_is(self._head)
        if found:
            raise InvalidInputError(
                f"The file is {found} and no firmware, whatever its name says. Choose the .img or .dfu file that the "
                "phone's vendor gave you; unpack it first if it came in an archive."
            )
        self._is_checked = True

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_keep(error) from error


@contextlib.contextmanager
def draft(folder: Path, most_bytes: int | None = None) -> Iterator[Draft]:
    """Yield a file to write to, of which nothing is left at the end unless it was put in its place."""
    with contextlib.ExitStack() as stack:
        with _locked(folder):
            file = stack.enter_context(NamedTemporaryFile(dir=folder, suffix=_PART, buffering=0))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield Draft(file, folder, most_bytes)


@contextlib.contextmanager
def taken_in(folder: Path, source: Path) -> Iterator[StoredBytes]:
    """Copy a file of this machine into its place, for as long as the block does not raise."""
    with source.open("rb") as original, draft(folder) as copy:
        while chunk := original.read(_CHUNK):
            copy.write(chunk)
        with copy.placed() as stored:
            yield stored


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep everybody from putting bytes in place until the end of the block, which may take some away."""
    with _locked(folder):
        yield


def _left_behind(folder: Path) -> Iterator[Path]:
    """Yield the drafts whose writers are gone, each locked while it is looked at."""
    for path in folder.glob(f"*{_PART}"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path


def sweep(folder: Path, named: Collection[str]) -> list[str]:
    """Remove what was left behind: drafts, and bytes whose checksum is not one of those ``named``; return the names.

    Read ``named`` and call this inside one ``held``, or bytes whose row is being committed would go.
    """
    unnamed = [path for path in folder.iterdir() if _is_checksum(path.name) and path.name not in named]
    removed = []
    for path in [*_left_behind(folder), *unnamed]:
        path.unlink(missing_ok=True)
        removed.append(path.name)
    return removed


def megabytes(size: int) -> str:
    """Write a number of bytes as people read it: ``28.4 MB``, ``512 bytes``."""
    if size < 1000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1000:.3g} kB"
    return f"{size / 1_000_000:,.1f} MB".replace(".0 ", " ")


def make_folder(folder: Path) -> None:
    """Make the folder where only it is missing; a server in front may read what lies in it, whatever the umask."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o755)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder, which is made where only it is missing."""
    try:
        make_folder(folder)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConflictError(
            f"The folder of firmware, {folder}, cannot be used ({error.strerror}). Look whether it is there, is "
            "mounted, and belongs to the account that Ringmaster runs as."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put_in_place(part: Path, path: Path) -> bool:
    """Give a whole file its name, and make the name last; False where these very bytes have it already."""
    part.chmod(0o644)
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return False
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _cannot_keep(error: OSError) -> ConflictError:
    reason = "the disk is full" if error.errno in _DISK_IS_FULL else error.strerror or "an error of the disk"
    return ConflictError(
        f"The file cannot be kept: {reason}. Make room in the folder of firmware, and try again."
    )


def _version_in(head: bytes) -> str:
    """Return the version that stands in the first 64 KiB of a file, empty when none does (protocol 14).

    One that names its train goes before mere numbers, which may as well be an address.
    """
    found = next((match for pattern in _VERSIONS if (match := pattern.search(head))), None)
    return found.group().decode() if found else ""
