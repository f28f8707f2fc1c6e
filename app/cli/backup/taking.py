"""Taking a backup, while everything goes on."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from app.cli.backup import archive, databases
from app.cli.backup.archive import Head
from app.cli.backup.staging import staging
from app.cli.new_file import new_file
from app.cli.release import check_released
from app.security.installation_keys import installation_keys
from app.security.secrets import derive_key
from config import Settings


def key_mark(key: str) -> str:
    """Return what tells a key from another one and betrays nothing of it."""
    return derive_key(key, "mark of a backup").hex()[:16]


def back_up(settings: Settings, file: Path, passphrase: str) -> Head:
    """Write a backup; ConflictError where the file is there already, or the database is at another version.

    Firmware that is there before or behind the moment of the database's copy is in it: whatever that copy names.
    """
    check_released(settings)
    keys = installation_keys(settings)
    with new_file(file) as target, staging(settings.data_dir) as folder:
        (folder / "firmware").mkdir()
        _link_firmware(settings.firmware_folder, folder)
        databases.snapshot(settings.database_url, folder / archive.DATABASE)
        _link_firmware(settings.firmware_folder, folder)
        head = Head(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            kind=databases.kind_of(settings.database_url),
            revision=databases.revision_in(settings.database_url),
            key_mark=key_mark(keys[0]),
            has_key=bool(passphrase),
            tables=databases.tables_in(settings.database_url),
        )
        with archive.written(target, head, passphrase) as backup:
            if passphrase:
                backup.add_text(archive.KEY, "".join(f"{key}\n" for key in keys))
            backup.add(archive.DATABASE, folder / archive.DATABASE)
            for stored in sorted((folder / "firmware").iterdir()):
                backup.add(f"firmware/{stored.name}", stored)
    return head


def _link_firmware(source: Path, folder: Path) -> None:
    for path in source.iterdir() if source.is_dir() else ():
        linked = folder / "firmware" / path.name
        if archive.FIRMWARE.fullmatch(f"firmware/{path.name}") and not linked.exists():
            with suppress(FileNotFoundError):  # deleted at this moment
                _link(path, linked)


def _link(path: Path, linked: Path) -> None:
    try:
        os.link(path, linked)
    except FileNotFoundError:
        raise
    except OSError:  # on another file system, or one without hard links
        shutil.copyfile(path, linked)
