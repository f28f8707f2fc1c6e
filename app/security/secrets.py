"""Secrets at rest: the installation's key, and what is derived from it and encrypted with it."""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import InvalidInputError
from config import Settings

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class Vault:
    """Encrypts and decrypts with one key of the installation (AES-256-GCM, a fresh nonce for each text).

    What is stored is a format byte, the nonce, and the ciphertext with its tag.
    """

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(derive_key(key, "at rest"))

    def encrypt(self, plain: bytes) -> bytes:
        """Return the bytes to store; encrypting the same twice gives different bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, _FORMAT)

    def encrypt_all(self, plain: Iterable[str]) -> list[bytes | None]:
        """Return the bytes to store of many texts; None for one that is empty."""
        texts = list(plain)
        nonces = os.urandom(_NONCE_BYTES * len(texts))
        encrypt = self._cipher.encrypt
        return [
            _FORMAT + nonce + encrypt(nonce, text.encode(), _FORMAT) if text else None
            for text, nonce in zip(texts, _pieces(nonces, _NONCE_BYTES), strict=True)
        ]

    def decrypt(self, stored: bytes | bytearray) -> bytes:
        """Return what was encrypted, or raise InvalidInputError when it was made with another key."""
        if stored[:1] != _FORMAT:
            raise InvalidInputError("A stored secret has a format that this version does not know.")
        ciphertext = memoryview(stored)[1 + _NONCE_BYTES :]  # no copy: it may be a file of megabytes
        nonce = bytes(stored[1 : 1 + _NONCE_BYTES])
        try:
            return self._cipher.decrypt(nonce, ciphertext, _FORMAT)
        except InvalidTag as error:
            raise InvalidInputError(
                "A stored secret was encrypted with another key. Start with the RINGMASTER_SECRET_KEY or the "
                "secret.key file that this database was made with."
            ) from error


def _pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


class _Installation:
    """Holds the vault that encrypted columns use; set once by each process when it starts."""

    vault: Vault | None = None


def derive_key(key: str, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose from the installation's key (HKDF, RFC 5869)."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"ringmaster {purpose}".encode())
    return kdf.derive(key.encode())


def open_vault(key: str) -> None:
    """Set the key with which this process encrypts and decrypts."""
    _Installation.vault = Vault(key)


def vault() -> Vault:
    """Return the process's vault; a process that has not opened it has a bug."""
    if _Installation.vault is None:
        raise RuntimeError("open_vault() must be called before an encrypted column is read or written")
    return _Installation.vault


def installation_key(settings: Settings) -> str:
    """Return the key that was given, or the one in the data folder, made when there is none."""
    return settings.secret_key or find_or_make_key(settings.data_dir)


def find_or_make_key(folder: Path) -> str:
    """Return the key in ``secret.key`` of the folder; make one (readable by its owner only) where there is none."""
    path = folder / "secret.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_key(path)
    return path.read_text(encoding="ascii").strip()


def _write_key(path: Path) -> None:
    """Put a fresh key in place whole: of two that start at once, one wins and both read the same key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
