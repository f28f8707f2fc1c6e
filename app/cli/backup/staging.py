"""A folder for what is packed or unpacked, on the disk of the firmware, so that files can be linked and moved."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_PREFIX = ".backup-"
_LEFT_BEHIND_AFTER_SECONDS = 24 * 3600


@contextmanager
def staging(data_dir: Path) -> Iterator[Path]:
    """Yield an empty folder that is gone afterwards; what a process left that was killed a day ago goes as well."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for folder in data_dir.glob(f"{_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    with TemporaryDirectory(prefix=_PREFIX, dir=data_dir) as name:
        yield Path(name)
