"""Where the installation's keys are: in settings, or in ``secret.key`` of the data folder, one on each line.

The first encrypts and signs. The others, of which there are some only while a key is changed, decrypt and verify.
"""

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from app.errors import ConflictError
from config import Settings

KEY_FILE = "secret.key"


def installation_key(settings: Settings) -> str:
    """Return the key that encrypts and signs, made in the data folder when there is none."""
    return installation_keys(settings)[0]


def installation_keys(settings: Settings) -> Sequence[str]:
    """Return that key and, after it, those that decrypt and verify only."""
    if not settings.secret_key:
        find_or_make_key(settings.data_dir)
    return known_keys(settings)


def known_keys(settings: Settings) -> Sequence[str]:
    """Return the keys that there are, in the same order; nothing is made, so there may be none."""
    first = [settings.secret_key] if settings.secret_key else _in_file(settings.data_dir / KEY_FILE)
    return list(dict.fromkeys([*first, *settings.other_secret_keys]))


def find_or_make_key(folder: Path) -> str:
    """Return the first key in ``secret.key`` of the folder; make one, for its owner alone, where there is none."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = _draft_of(path, [_new_key()])
        # Of two that start at once, one wins and both read the same key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    found = _in_file(path)
    if not found:
        raise ConflictError(f"There is no key in {path}. Put back the one of this installation.")
    return found[0]


def add_key(folder: Path) -> int:
    """Put a new key before those in ``secret.key`` of the folder; return how many there are now."""
    find_or_make_key(folder)
    keys = [_new_key(), *_in_file(folder / KEY_FILE)]
    _write(folder / KEY_FILE, keys)
    return len(keys)


def drop_other_keys(folder: Path) -> int:
    """Leave the first key in ``secret.key`` of the folder alone; return how many others there were."""
    keys = _in_file(folder / KEY_FILE)
    if len(keys) > 1:
        _write(folder / KEY_FILE, keys[:1])
    return max(0, len(keys) - 1)


def _in_file(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip()]


def _write(path: Path, keys: Sequence[str]) -> None:
    _draft_of(path, keys).replace(path)


def _draft_of(path: Path, keys: Sequence[str]) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _new_key() -> str:
    return secrets.token_urlsafe(32)
