"""Whether a process can serve: the database answers and fits, the key opens what is stored, the disk has room."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.database import Database
from app.errors import RingmasterError
from app.models import ConfigFile
from app.security.secrets import vault
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from config import Settings

LEAST_FREE_BYTES = 200 * 1024 * 1024
_HOLD_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be as it should; ``text`` says what is the matter, or that all is well."""

    name: str
    is_well: bool
    text: str


def check(database: Database, settings: Settings) -> Sequence[Check]:
    """Look at everything; what cannot be looked at is not well."""
    questions: dict[str, Callable[[], str]] = {
        "database": lambda: _ask_database(database),
        "migrations": lambda: _ask_schema(database),
        "key": lambda: _ask_key(database),
        "disk": lambda: _ask_disk(settings.data_dir),
        "firmware": lambda: _ask_firmware(settings.firmware_folder),
    }
    return [_asked(name, question) for name, question in questions.items()]


def _asked(name: str, question: Callable[[], str]) -> Check:
    try:
        problem = question()
    except SQLAlchemyError:
        problem = "The database does not answer."
    except (RingmasterError, OSError, RuntimeError) as error:
        problem = str(error)
    return Check(name, not problem, problem or "well")


def _ask_database(database: Database) -> str:
    with reading(database, ALL_TENANTS) as session:
        session.scalar(select(1))
    return ""


def _ask_schema(database: Database) -> str:
    schema.check_fits(database.reader)
    return ""


def _ask_key(database: Database) -> str:
    """Open one stored file; where there is none yet any key fits."""
    with reading(database, ALL_TENANTS) as session:
        stored = session.scalar(select(ConfigFile.content).limit(1))
    if stored is not None:
        vault().decrypt(stored)
    return ""


def _ask_disk(data_dir: Path) -> str:
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        return f"Only {free // 1024 // 1024} MB are free in the data folder."
    return "" if os.access(data_dir, os.W_OK) else "The data folder cannot be written."


def _ask_firmware(folder: Path) -> str:
    """Look whether the folder can be written; one that nothing was uploaded to yet need not be there."""
    place = folder if folder.exists() else folder.parent
    return (
        "" if os.access(place, os.W_OK | os.X_OK) else f"The folder of firmware, {folder}, cannot be written."
    )


class KeptChecks:
    """Looks once in two seconds, however often it is asked; whoever asks meanwhile gets what was found last."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._lock = threading.Lock()
        self._found: Sequence[Check] = (Check("start", is_well=False, text="It has not been looked at yet."),)
        self._holds_until = 0.0

    def get(self) -> Sequence[Check]:
        """Return how everything is."""
        if time.monotonic() >= self._holds_until and self._lock.acquire(blocking=False):
            try:
                self._found = check(self._database, self._settings)
                self._holds_until = time.monotonic() + _HOLD_SECONDS
            finally:
                self._lock.release()
        return self._found


def told(checks: Sequence[Check]) -> dict[str, object]:
    """Return what an answer says: whether it is ready, and each check; nothing that only insiders may know."""
    return {
        "status": "ready" if all(check.is_well for check in checks) else "not ready",
        "checks": {check.name: "well" if check.is_well else "not well" for check in checks},
    }
