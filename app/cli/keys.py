"""The commands that change the installation's key: `new-key`, `re-encrypt`, `drop-old-keys`."""

import argparse
import sys
import time
from collections.abc import Iterator

from app.cli.release import opened_database
from app.database import Database
from app.errors import ConflictError
from app.security import installation_keys
from app.security.secrets import Vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import encrypted_columns
from app.services.encrypted_columns import Piece, RowKey
from app.transaction import reading, writing
from config import Settings

_SECONDS_BETWEEN_WORDS = 5.0
_PAUSE_SECONDS = 0.005  # between two pieces that are written: who waits for the database comes first


def new_key(settings: Settings, _given: argparse.Namespace) -> None:
    """Put a new key before the one in use; that one goes on decrypting."""
    if settings.secret_key:
        raise ConflictError(
            "The key is that of RINGMASTER_SECRET_KEY. Put a new one there, from `openssl rand -base64 32`, and the "
            "one that is there now into RINGMASTER_OTHER_SECRET_KEYS."
        )
    installation_keys.add_key(settings.data_dir)
    file = settings.data_dir / installation_keys.KEY_FILE
    print(
        f"{file} has a new key; the one before still opens what it encrypted.\n"
        "Restart all processes, then do `python run.py re-encrypt`."
    )


def re_encrypt(settings: Settings, given: argparse.Namespace) -> None:
    """Encrypt everything with the newest key, piece by piece, while all goes on; or only count what is left."""
    with opened_database(settings) as database:
        if not given.check:
            written = _encrypt_all_anew(database, settings)
            print(f"{written:,} values were encrypted anew.")
        _check_nothing_is_old(database, settings)


def drop_old_keys(settings: Settings, _given: argparse.Namespace) -> None:
    """Take the other keys away, once the newest alone opens everything."""
    with opened_database(settings) as database:
        _check_nothing_is_old(database, settings)
    dropped = 0 if settings.secret_key else installation_keys.drop_other_keys(settings.data_dir)
    if settings.other_secret_keys:
        print("Unset RINGMASTER_OTHER_SECRET_KEYS, and restart all processes.")
    elif dropped:
        print(
            "The old key is taken away. Restart all processes, and take a backup: earlier ones need the old key."
        )
    else:
        print("There is no other key.")


def _encrypt_all_anew(database: Database, settings: Settings) -> int:
    keys = installation_keys.installation_keys(settings)
    vault, newest = Vault(*keys), Vault(keys[0])
    written = 0
    for piece in _told(_pieces(database)):
        with reading(database, ALL_TENANTS) as session:
            old = encrypted_columns.look(session, piece, newest).old
        if not old:
            continue
        with writing(database, ALL_TENANTS) as session:
            written += encrypted_columns.encrypt_anew(session, Piece(piece.table, old), vault, newest)
        time.sleep(_PAUSE_SECONDS)
    return written


def _check_nothing_is_old(database: Database, settings: Settings) -> None:
    """Say that the newest key opens everything, or raise ConflictError with what is left of which table."""
    newest = Vault(installation_keys.installation_key(settings))
    values, left = 0, dict[str, int]()
    for piece in _told(_pieces(database)):
        with reading(database, ALL_TENANTS) as session:
            found = encrypted_columns.look(session, piece, newest)
        values += found.values
        if found.old:
            left[piece.table.name] = left.get(piece.table.name, 0) + len(found.old)
    if left:
        rows = ", ".join(f"{count:,} of {name}" for name, count in sorted(left.items()))
        raise ConflictError(
            f"Rows that the newest key alone does not open: {rows}. Is a process still running that was started before "
            "the key was changed? Restart all of them, and do `python run.py re-encrypt` again."
        )
    print(f"The newest key alone opens all {values:,} encrypted values.")


def _pieces(database: Database) -> Iterator[Piece]:
    """Yield all rows with something encrypted; no transaction is open meanwhile."""
    for table in encrypted_columns.encrypted_columns():
        last: RowKey | None = None
        while True:
            with reading(database, ALL_TENANTS) as session:
                piece = encrypted_columns.next_piece(session, table, last)
            if not piece.rows:
                break
            yield piece
            last = piece.rows[-1]


def _told(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Say now and then how far it is: a million phones take minutes."""
    rows, again = 0, time.monotonic() + _SECONDS_BETWEEN_WORDS
    for piece in pieces:
        yield piece
        rows += len(piece.rows)
        if time.monotonic() > again:
            print(f"{piece.table.name}: {rows:,} rows so far.", file=sys.stderr)
            again = time.monotonic() + _SECONDS_BETWEEN_WORDS
