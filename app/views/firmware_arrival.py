"""A firmware on its way into the store, and out of it (docs/decisions/0026)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from flask import current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.arrivals import firmware as arrivals
from app.errors import InvalidInputError
from app.services import firmware, upload_suffixes
from app.services.firmware import files
from app.services.firmware.files import Draft, StoredBytes, megabytes
from app.transaction import transaction
from app.views import uploads
from app.views.uploads import Fields
from app.views.web_session import begin_to_write, database, db

_BYTES_BESIDE_THE_FILE = 64 * 1024

Store = Callable[[Session, StoredBytes], str]
"""Writes what is known of bytes that are in place, and returns the checksum of those they replace, or nothing."""


class Arrival:
    """One file that comes in: its name is checked before its bytes are taken, its row is written behind them."""

    def __init__(self, check: Callable[[Session, str], None], named: str = "") -> None:
        self._check = check
        self._named = named
        self._draft: Draft | None = None
        self.name = ""

    def take_in(self, store: Store) -> ResponseReturnValue:
        """Read the form, put the file in its place, and let ``store`` write what is known of it."""
        most = largest_file()
        with files.draft(firmware_folder(), most) as self._draft:
            uploads.receive(self._take_file, most_bytes=most + _BYTES_BESIDE_THE_FILE)
            if not self.name:
                raise InvalidInputError("Choose a file.")
            with self._draft.placed() as stored:
                begin_to_write()
                with transaction(db.session()) as session:
                    before = store(session, stored)
        if before:
            forget(before)
        return uploads.done("/firmware/", f"The firmware {self.name} is there ({megabytes(stored.size)}).")

    def _take_file(self, fields: Fields, file_name: str, chunks: Iterator[bytes]) -> None:
        if self.name:
            raise InvalidInputError("Choose one file only.")
        name = self._checked_name(fields, file_name)
        assert self._draft is not None
        for chunk in chunks:
            self._draft.write(chunk)
        self.name = name

    def _checked_name(self, fields: Fields, file_name: str) -> str:
        """Check all that can be known before the file comes, in a transaction that is over when it does."""
        typed_labels(fields)
        with transaction(db.session()) as session:
            suffixes = upload_suffixes.for_firmware(session)
            name = self._name(session, fields, file_name, suffixes)
            self._check(session, name)
        return name

    def _name(self, session: Session, fields: Fields, file_name: str, suffixes: Sequence[str]) -> str:
        """Return the name as it was given, typed, that of a chosen model, or the file's own."""
        typed, model = fields.get("name", "").strip(), fields.get("model", "")
        if self._named or not model:
            return firmware.name_for(self._named or typed, file_name, suffixes)
        if typed:
            raise InvalidInputError("Choose a model, or give the file a name of its own: not both.")
        return firmware.name_for_model(session, model, file_name, suffixes)


def largest_file() -> int:
    """Return the most bytes that a firmware may have."""
    most_megabytes: int = current_app.extensions["ringmaster_settings"].largest_firmware
    return most_megabytes * 1_000_000


def firmware_folder() -> Path:
    """Return the folder that firmware lies in."""
    folder: Path = current_app.extensions["ringmaster_settings"].firmware_folder
    return folder


def forget(sha256: str) -> None:
    """Take bytes away, unless a row names them still."""
    arrivals.forget(database(), firmware_folder(), sha256)


def typed_labels(fields: Mapping[str, str]) -> firmware.Labels:
    """Return what was written about a firmware, checked."""
    return firmware.labels_of(*(fields.get(name, "") for name in ("description", "version", "groups")))
