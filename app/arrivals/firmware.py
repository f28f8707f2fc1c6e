"""Bytes of firmware that were replaced or deleted go once nothing names them."""

from pathlib import Path

from app.database import Database
from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.services.firmware import files
from app.transaction import reading


def forget(database: Database, folder: Path, sha256: str) -> None:
    """Take bytes away, unless a row names them still. No transaction may be open: the folder is locked first."""
    with files.held(folder):
        with reading(database, ALL_TENANTS) as session:
            is_named = firmware.is_named(session, sha256)
        if not is_named:
            (folder / sha256).unlink(missing_ok=True)
