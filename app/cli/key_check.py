"""Whether the keys at hand are those of the database, asked before anything is changed or a key is made."""

from sqlalchemy import Engine, select

from app import schema
from app.database import table_of
from app.errors import ConflictError, InvalidInputError
from app.models import ConfigFile
from app.security.installation_keys import known_keys
from app.security.secrets import Vault
from config import Settings


def check_keys_fit(engine: Engine, settings: Settings) -> None:
    """Raise ConflictError where no key at hand opens what the database holds; an empty one takes any key.

    A further host without the key of the others would make one of its own, and hand out files that it cannot read.
    """
    stored = _stored_file(engine)
    if stored is None or _opens(settings, stored):
        return
    raise ConflictError(
        "The database was made with another key than this host has. Copy secret.key from the data folder of a host "
        f"that works, or from a safe place, into {settings.data_dir}, or set RINGMASTER_SECRET_KEY as there."
    )


def _stored_file(engine: Engine) -> bytes | None:
    if not schema.current_revision(engine):
        return None
    with engine.connect() as connection:
        content: bytes | None = connection.scalar(select(table_of(ConfigFile).c.content).limit(1))
    return content


def _opens(settings: Settings, stored: bytes) -> bool:
    keys = known_keys(settings)
    if not keys:
        return False
    try:
        Vault(*keys).decrypt(stored)
    except InvalidInputError:
        return False
    return True
