"""Configuration files as they lie in the database: a gzip stream, encrypted, read many at once (the hot path)."""

import hashlib
import zlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.secrets import vault

_COMPRESSION_LEVEL = 1
_GZIP_STREAM = 31  # zlib's wbits for a gzip header, which it writes without a name and without a time
_ANY_STREAM = 47  # gzip and zlib, told apart by their headers
_GZIP_MAGIC = b"\x1f\x8b"

_TABLE = table_of(ConfigFile)


class StoredFile(NamedTuple):
    """A file of any tenant; ``content`` is what is stored of it, None where it was not asked for.

    ``size`` is that of the text, in bytes, and ``etag`` the strong validator of the text, in quotes. ``is_watched``: an
    operation waits for it to be fetched, which ``note_fetched`` writes down. ``template_id`` is that of the template it
    was made of, or that its phone has.
    """

    name_key: str
    kind: FileKind
    template_name: str
    size: int
    etag: str
    generated_at: datetime
    is_watched: bool = False
    template_id: int | None = None
    content: bytes | None = None


def _statement(*columns: Any) -> Any:
    return select(*columns).where(_TABLE.c.name_key.in_(bindparam("keys", expanding=True)))


# To build such a statement takes longer than to run it.
_LIGHT = [_TABLE.c[name] for name in StoredFile._fields if name != "content"]
_SELECT_LIGHT = _statement(*_LIGHT)
_SELECT_WHOLE = _statement(*_LIGHT, _TABLE.c.content)


def find_many(session: Session, names: Collection[str], *, with_content: bool) -> dict[str, StoredFile]:
    """Return those of these files that exist, by their names without regard to case (``key_of``)."""
    statement = _SELECT_WHOLE if with_content else _SELECT_LIGHT
    rows = session.connection().execute(statement, {"keys": [key_of(name) for name in names]})
    return {row[0]: StoredFile(*row) for row in rows}


def note_fetched(session: Session, names: Collection[str], *, now: datetime) -> None:
    """Note that phones have asked for these files."""
    fetched = update(_TABLE).where(_TABLE.c.name_key.in_(sorted(key_of(name) for name in names)))
    session.connection().execute(fetched.values(fetched_at=now))


def key_of(name: str) -> str:
    """Return the form in which names are compared."""
    return name.casefold()


def etag_of(text: bytes) -> str:
    """Return the strong validator of these bytes, in quotes (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def etag_with(etag: str, key: str) -> str:
    """Return the validator of a file into which a key is laid; the key cannot be read from it."""
    return f'"{hashlib.sha256(f"{etag}{key}".encode()).hexdigest()[:32]}"'


def pack(text: bytes) -> bytes:
    """Return what is stored of a text. The same text is compressed to the same stream, and encrypted to another."""
    return vault().encrypt(_gzip(text))


def gzip_of(stored: bytes) -> bytes:
    """Return the gzip stream that a phone may be sent; what earlier versions stored is compressed anew."""
    stream = vault().decrypt(stored)
    return stream if stream.startswith(_GZIP_MAGIC) else _gzip(unzip(stream))


def text_of(stored: bytes) -> bytes:
    """Return the text that was stored."""
    return unzip(vault().decrypt(stored))


def unzip(stream: bytes) -> bytes:
    """Return what a gzip stream holds, or the zlib stream of an earlier version."""
    return zlib.decompress(stream, wbits=_ANY_STREAM)


def _gzip(text: bytes) -> bytes:
    compressor = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _GZIP_STREAM)
    return compressor.compress(text) + compressor.flush()
