"""A file that a command writes: it is there whole, or not at all, and takes no other's place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.errors import ConflictError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write, for its owner alone; it gets its name when the block has ended well.

    ConflictError where there is one of this name already, or where it cannot be written.
    """
    if path.exists():
        raise ConflictError(f"There is a file {path} already. Name another one, or remove it.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConflictError(f"The file {path} cannot be written ({error.strerror}).") from error
