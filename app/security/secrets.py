"""Secrets at rest: the installation's keys, and what is derived from them and encrypted with them."""

import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import InvalidInputError

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class Vault:
    """Encrypts with one key of the installation (AES-256-GCM, a fresh nonce for each text), and decrypts with several.

    What is stored is a format byte, the nonce, and the ciphertext with its tag. Which key it was made with does not
    stand there: the tag fits one alone, and the others are tried where the newest does not fit.
    """

    def __init__(self, key: str, *others: str) -> None:
        self._cipher = AESGCM(derive_key(key, "at rest"))
        self._ciphers = [self._cipher, *(AESGCM(derive_key(other, "at rest")) for other in others)]

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
        """Return what was encrypted, or raise InvalidInputError when it was made with a key that is not among ours."""
        if stored[:1] != _FORMAT:
            raise InvalidInputError("A stored secret has a format that this version does not know.")
        ciphertext = memoryview(stored)[1 + _NONCE_BYTES :]  # no copy: it may be a file of megabytes
        nonce = bytes(stored[1 : 1 + _NONCE_BYTES])
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, ciphertext, _FORMAT)
            except InvalidTag:
                continue
        raise InvalidInputError(
            "A stored secret was encrypted with another key. Start with the RINGMASTER_SECRET_KEY or the "
            "secret.key file that this database was made with, or name that key in RINGMASTER_OTHER_SECRET_KEYS."
        )


def _pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


class _Installation:
    """Holds the vault that encrypted columns use; set once by each process when it starts."""

    vault: Vault | None = None


def derive_key(key: str, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose from the installation's key (HKDF, RFC 5869)."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"ringmaster {purpose}".encode())
    return kdf.derive(key.encode())


def open_vault(key: str, *others: str) -> None:
    """Set the key with which this process encrypts and decrypts, and others that decrypt only."""
    _Installation.vault = Vault(key, *others)


def vault() -> Vault:
    """Return the process's vault; a process that has not opened it has a bug."""
    if _Installation.vault is None:
        raise RuntimeError("open_vault() must be called before an encrypted column is read or written")
    return _Installation.vault
