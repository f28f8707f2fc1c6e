"""Who issues licences: keys, signatures, and the key that this installation goes by (Ed25519)."""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.errors import ConflictError, InvalidInputError, NotFoundError

PRIVATE_KEY = "license.key"
PUBLIC_KEY = "license.pub"
SIGNATURE_BYTES = 64
_MOST_BYTES_OF_KEY = 4096


@dataclass(frozen=True, slots=True)
class MadeKeys:
    """A fresh pair of keys: where its private half lies, and the public one as it is configured."""

    private_key: Path
    public_key: str


def make_keys(folder: Path) -> MadeKeys:
    """Make a pair of keys in a folder; ConflictError where one lies there already, or the folder cannot be written."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(folder / PRIVATE_KEY, private, mode=0o600)
        _write_new(folder / PUBLIC_KEY, f"{public}\n".encode(), mode=0o644)
    except FileExistsError as error:
        raise ConflictError(
            f"{error.filename} is there already; choose another folder, for licences of a lost key cannot be renewed."
        ) from error
    except OSError as error:
        raise ConflictError(f"Nothing can be written to {folder} ({error.strerror}).") from error
    return MadeKeys(folder / PRIVATE_KEY, public)


def sign(key_file: Path, text: str) -> bytes:
    """Return the signature of a text; NotFoundError or InvalidInputError where the file holds no private key."""
    try:
        content = key_file.read_bytes()[:_MOST_BYTES_OF_KEY]
    except OSError as error:
        raise NotFoundError(f"The key {key_file} cannot be read ({error.strerror}).") from error
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{key_file} holds no private key without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInputError(f"{key_file} holds a key of another kind; licences are signed with Ed25519.")
    return key.sign(text.encode())


class _Installation:
    """Holds the issuer's public key; set once by each process when it starts."""

    issuer: Ed25519PublicKey | None = None


def trust_issuer(public_key: str) -> None:
    """Set the key by which this process tells licences; an empty text means that nobody issues any here."""
    _Installation.issuer = _read_public_key(public_key) if public_key else None


def has_issuer() -> bool:
    """Whether licences count at all."""
    return _Installation.issuer is not None


def is_from_issuer(text: str, signature: bytes) -> bool:
    """Whether the issuer signed this text."""
    if _Installation.issuer is None:
        return False
    try:
        _Installation.issuer.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _read_public_key(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            "The public key of licences is no Ed25519 key of 32 bytes in Base64."
        ) from error


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
