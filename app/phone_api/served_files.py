"""Files that were served lately, kept for the time in which the database cannot be reached (docs/decisions/0001)."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from app.phone_api.delivery import Deliverable
from app.phone_api.preconditions import gzip_tag

MOST_BYTES = 32 * 1024 * 1024
_BYTES_BESIDE_CONTENT = 1024


class ServedFiles:
    """Keeps files by the path they were asked for, the latest ones up to a number of bytes; for several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._files: OrderedDict[str, Deliverable] = OrderedDict()
        self._lock = Lock()

    def keep(self, path: str, file: Deliverable) -> None:
        """Remember what was served; what was served longest ago is forgotten when there is too much."""
        with self._lock:
            self._drop(path)
            self._files[path] = file
            self._bytes += _weight(file)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._files)))

    def forget(self, path: str) -> None:
        """Forget what is there no more."""
        with self._lock:
            self._drop(path)

    def forget_older(self, path: str, etag: str) -> None:
        """Forget what is of another version than the one with this tag, in whichever of its forms."""
        with self._lock:
            file = self._files.get(path)
            if file is not None and etag not in {file.etag, gzip_tag(file.etag)}:
                self._drop(path)

    def find(self, path: str) -> Deliverable | None:
        """Return what was served last under this path, if it is remembered."""
        with self._lock:
            return self._files.get(path)

    def _drop(self, path: str) -> None:
        file = self._files.pop(path, None)
        if file is not None:
            self._bytes -= _weight(file)


def _weight(file: Deliverable) -> int:
    content = 0 if isinstance(file.content, Path) else len(file.content)
    return content + _BYTES_BESIDE_CONTENT
