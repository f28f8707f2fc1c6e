"""Firmware files: kept under DATA_DIR by checksum, found by the name in the phone's URL (manual 6.11)."""

import contextlib
import hashlib
import os
import re
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Firmware

_CHUNK = 1024 * 1024
_HEAD = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,115}\.(?:img|dfu)", re.IGNORECASE)
_VERSIONS = (re.compile(rb"UC_\d{1,3}(?:\.\d{1,5}){3,4}"), re.compile(rb"\d{1,3}(?:\.\d{1,5}){3,4}"))


def folder_in(data_dir: Path) -> Path:
    """Return the folder that firmware lies in."""
    return data_dir / "firmware"


def path_of(folder: Path, firmware: Firmware) -> Path:
    """Return where the bytes lie: the name is a checksum, never what a person typed."""
    return folder / firmware.sha256


def find(session: Session, name: str) -> Firmware | None:
    """Return the firmware of this name, without regard to case."""
    return session.scalar(select(Firmware).where(Firmware.name_key == name.casefold()))


def add(session: Session, folder: Path, source: Path, *, name: str, now: datetime) -> Firmware:
    """Take a file into the store under this name, in place of what had it before.

    The bytes are in place, whole and synced, before the row that names them is committed.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"{name[:120]!r} is no name of a firmware file: use letters, digits, blanks, dots, dashes and "
            "underscores, and end with .img or .dfu."
        )
    if not source.stat().st_size:
        raise InvalidInputError(
            f"The file {source.name} is empty. Choose the file that the phone's vendor gave you."
        )
    checksum, size = _take_in(folder, source)
    firmware = find(session, name) or Firmware()
    firmware.name, firmware.sha256, firmware.size, firmware.uploaded_at = name, checksum, size, now
    firmware.version = _version_in(folder / checksum)
    session.add(firmware)
    session.flush()
    return firmware


def _take_in(folder: Path, source: Path) -> tuple[str, int]:
    """Copy a file into the folder under its checksum; return checksum and size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    checksum, size = hashlib.sha256(), 0
    with source.open("rb") as original, NamedTemporaryFile(dir=folder, suffix=".part") as draft:
        while chunk := original.read(_CHUNK):
            draft.write(chunk)
            checksum.update(chunk)
            size += len(chunk)
        draft.flush()
        os.fsync(draft.fileno())
        _put_in_place(Path(draft.name), folder / checksum.hexdigest())
    return checksum.hexdigest(), size


def _put_in_place(draft: Path, path: Path) -> None:
    """Give a whole file its name, and make the name last; a file that has the name already holds the same bytes."""
    draft.chmod(0o644)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _version_in(path: Path) -> str:
    """Return the version that stands in the first 64 KiB of a file, empty when none does (protocol 14).

    One that names its train goes before mere numbers, which may as well be an address.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = next((match for pattern in _VERSIONS if (match := pattern.search(head))), None)
    return found.group().decode() if found else ""
