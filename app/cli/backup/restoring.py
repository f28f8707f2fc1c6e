"""Restoring a backup: into an empty place, or into the place of what is there, when that was asked for."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.cli.backup import archive, databases
from app.cli.backup.archive import Head
from app.cli.backup.staging import staging
from app.cli.backup.taking import key_mark
from app.database import Database, make_engine
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Heartbeat, Lease
from app.schema import head_revision, is_known_revision
from app.security.installation_keys import known_keys
from app.security.tenant_scope import ALL_TENANTS
from app.services import leases, silence
from app.services.firmware import files
from app.transaction import reading
from config import Settings


def restore(settings: Settings, file: Path, passphrase: str, *, replaces: bool) -> Head:
    """Restore a backup and return what it is of. All of it is unpacked and checked before anything is changed.

    InvalidInputError for a backup that is broken or does not fit, ConflictError where something is there already and
    is not to be replaced, or where a process still uses it.
    """
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}.")
    head = archive.read_head(file, passphrase)
    _check_fits(settings, head)
    _check_place(settings, replaces=replaces)
    with staging(settings.data_dir) as folder:
        archive.unpack(file, passphrase, folder)
        key = _key_to_use(settings, head, folder, replaces=replaces)
        _place_firmware(folder, settings.firmware_folder)
        if key is not None:
            key.replace(settings.data_dir / archive.KEY)
        databases.put_back(settings.database_url, folder / archive.DATABASE)
    return head


def needs_upgrade(head: Head) -> bool:
    """Whether the database that was restored is at an earlier version than this program."""
    return head.revision != head_revision()


def _check_fits(settings: Settings, head: Head) -> None:
    kind = databases.kind_of(settings.database_url)
    if head.kind != kind:
        raise InvalidInputError(
            f"The backup is of a {head.kind} database, and RINGMASTER_DATABASE_URL names a {kind} one."
        )
    if not is_known_revision(head.revision):
        raise InvalidInputError(
            f"The backup is at revision {head.revision}, which this version of Ringmaster does not know: restore it "
            "with the version that made it, or a later one."
        )


def _check_place(settings: Settings, *, replaces: bool) -> None:
    if not databases.tables_in(settings.database_url):
        return
    if not replaces:
        raise ConflictError(
            "There is a database already. Restore into an empty one, or replace all that is there with --replace."
        )
    if _is_in_use(settings.database_url):
        raise ConflictError(
            "Ringmaster is running on this database. Stop it, wait for half a minute, and try again."
        )


def _is_in_use(url: str) -> bool:
    """Whether a scheduler or a phone plane has lately said that it runs; a database of another kind of thing is not."""
    engine = make_engine(url)
    now = datetime.now(UTC)
    try:
        with reading(Database(engine), ALL_TENANTS) as session:
            lease = session.get(Lease, leases.TIMETABLE)
            plane = session.get(Heartbeat, silence.PHONE_PLANE)
            leads = lease is not None and bool(lease.owner) and lease.expires_at > now
            beats = plane is not None and (now - plane.beat_at).total_seconds() < 25
            return leads or beats
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def _key_to_use(settings: Settings, head: Head, folder: Path, *, replaces: bool) -> Path | None:
    """Return the key to put in place, None where the one that is there opens the backup; else InvalidInputError."""
    there = settings.data_dir / archive.KEY
    given = known_keys(settings)
    if head.key_mark in map(key_mark, given):
        return None
    brought = folder / archive.KEY
    if settings.secret_key or not head.has_key:
        raise InvalidInputError(
            "The backup's secrets were encrypted with another key, which is not in it. Put the secret.key of that "
            "installation into the data folder, or set RINGMASTER_SECRET_KEY, and try again."
            if not head.has_key
            else "The backup was made with another key than RINGMASTER_SECRET_KEY. Unset it, or set the one of then."
        )
    if given and not replaces:
        raise ConflictError(f"There is another key in {there}. Move it away, or replace it with --replace.")
    return brought


def _place_firmware(folder: Path, target: Path) -> None:
    """Put firmware beside what is there: each lies under its checksum, so that none takes another's place."""
    source = folder / "firmware"
    target.parent.mkdir(parents=True, exist_ok=True)
    files.make_folder(target)
    for path in source.iterdir() if source.is_dir() else ():
        if not (target / path.name).exists():
            path.chmod(0o644)
            placed = shutil.move(path, target / f".{path.name}.restored")  # maybe onto another file system
            Path(placed).replace(target / path.name)
