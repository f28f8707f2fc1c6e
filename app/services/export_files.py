"""Exports, written whole before they are sent: no slow reader holds a transaction open, and nothing is in memory."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from app.errors import ConflictError

_PIECE = 64 * 1024
_DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def written(folder: Path, write: Callable[[IO[bytes]], None]) -> IO[bytes]:
    """Return the file that ``write`` has filled, at its beginning; whoever closes it has it removed.

    It lies in a folder that is known to be on a disk, as ``/tmp`` often is not, and has no name there: nothing is
    left of it, however the process ends. ConflictError where the disk is full.
    """
    file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed when all of it was sent
    try:
        write(file)
        file.seek(0)
    except OSError as error:
        file.close()
        if error.errno not in _DISK_IS_FULL:
            raise
        raise ConflictError(
            "The disk of the data folder is full, so that the export could not be written. Make room, and export again."
        ) from error
    except BaseException:
        file.close()
        raise
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what is in the file, piece by piece, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
