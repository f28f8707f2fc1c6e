"""Files that were served lately, kept for the time in which the database cannot be reached (docs/decisions/0001)."""

from collections import OrderedDict
from threading import Lock

from app.phone_api.delivery import Deliverable

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

    def find(self, path: str) -> Deliverable | None:
        """Return what was served last under this path, if it is remembered."""
        with self._lock:
            return self._files.get(path)

    def _drop(self, path: str) -> None:
        file = self._files.pop(path, None)
        if file is not None:
            self._bytes -= _weight(file)


def _weight(file: Deliverable) -> int:
    content = len(file.content) if isinstance(file.content, bytes) else 0
    return content + _BYTES_BESIDE_CONTENT
