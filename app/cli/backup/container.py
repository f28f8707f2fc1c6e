"""The outer form of a backup: a stream of pieces, each bound to its place, and encrypted where there is a passphrase.

Behind the first line stands ``P`` for plain pieces, or ``S`` (once ``E``) with 16 bytes of salt. A piece has at most
1 MB: four bytes of length, then AES-256-GCM with the number of the piece, and whether it is the last, in its nonce; a
plain one has a checksum over all of that instead of the tag. So no bit changes, and no piece is left out, moved or cut
off, unnoticed.
"""

import hashlib
import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.errors import InvalidInputError

FIRST_LINE = b"RINGMASTER-BACKUP 1\n"
SHORTEST_PASSPHRASE = 12
_PLAIN, _ENCRYPTED = b"P", b"S"
_ROUNDS_OF_SCRYPT = {_ENCRYPTED: 3, b"E": 1}
"""Those that OWASP asks for beside 32 MB, and those that backups were made with before."""
_SALT_BYTES = 16
_PIECE = 1024 * 1024
_TAG_BYTES = 16
_BROKEN = "The backup is broken, or was changed: a part of it does not belong to what stands before."


def _cipher(passphrase: str, salt: bytes, form: bytes = _ENCRYPTED) -> AESGCM:
    stretched = Scrypt(salt=salt, length=32, n=2**15, r=8, p=_ROUNDS_OF_SCRYPT[form])
    return AESGCM(stretched.derive(passphrase.encode()))


class _Plain:
    """Adds checksums where AES-GCM has its tags: they notice faults of disks and of copies, and forgers not at all."""

    def encrypt(self, nonce: bytes, piece: bytes, beside: bytes) -> bytes:
        """Return the piece and its checksum."""
        return piece + self._sum(nonce, piece, beside)

    def decrypt(self, nonce: bytes, sealed: bytes, beside: bytes) -> bytes:
        """Return the piece, or raise InvalidTag."""
        piece = sealed[:-_TAG_BYTES]
        if len(sealed) < _TAG_BYTES or sealed[-_TAG_BYTES:] != self._sum(nonce, piece, beside):
            raise InvalidTag
        return piece

    def _sum(self, nonce: bytes, piece: bytes, beside: bytes) -> bytes:
        return hashlib.sha256(beside + nonce + piece).digest()[:_TAG_BYTES]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class BackupWriter(io.RawIOBase):
    """Takes the bytes of a backup and writes its outer form to a file; with ``finish`` it is whole."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        salt = os.urandom(_SALT_BYTES)
        self._cipher = _cipher(passphrase, salt) if passphrase else _Plain()
        file.write(FIRST_LINE + (_ENCRYPTED + salt if passphrase else _PLAIN))

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, content: bytes, /) -> int:  # type: ignore[override]  # narrower: tarfile writes bytes
        """Take bytes."""
        self._waiting += content
        while len(self._waiting) > _PIECE:  # the last piece is not known before ``finish``
            self._put(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(content)

    def finish(self) -> None:
        """Write what is left."""
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last=is_last), piece, FIRST_LINE)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class BackupReader(io.RawIOBase):
    """Gives back the bytes of a backup; InvalidInputError where it is none, broken, or the passphrase another one."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        self._ready = b""
        self._number = 0
        self._is_at_end = False
        self._cipher: AESGCM | _Plain = _Plain()
        if file.read(len(FIRST_LINE)) != FIRST_LINE:
            raise InvalidInputError(
                "That is no backup of Ringmaster, or one of a version that is not known here."
            )
        form = file.read(1)
        self.is_encrypted = form in _ROUNDS_OF_SCRYPT
        if form != _PLAIN and not self.is_encrypted:
            raise InvalidInputError(_BROKEN)
        if self.is_encrypted:
            if not passphrase:
                raise InvalidInputError(
                    "The backup is encrypted: name its passphrase with --passphrase-file."
                )
            self._cipher = _cipher(passphrase, file.read(_SALT_BYTES), form)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes, fewer only at the end."""
        while (size < 0 or len(self._ready) < size) and not self._is_at_end:
            self._ready += self._next()
        taken, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return taken

    def _next(self) -> bytes:
        size = int.from_bytes(self._file.read(4), "big")
        sealed = self._file.read(size) if _TAG_BYTES <= size <= _PIECE + _TAG_BYTES else b""
        for is_last in (False, True):
            try:
                piece = self._cipher.decrypt(_nonce(self._number, is_last=is_last), sealed, FIRST_LINE)
            except (InvalidTag, ValueError):
                continue
            self._number += 1
            self._is_at_end = is_last
            return piece
        if self._number == 0 and self.is_encrypted:
            raise InvalidInputError("The passphrase is another one, or the backup is broken.")
        raise InvalidInputError(_BROKEN)
