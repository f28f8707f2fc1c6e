"""Codes that change every half minute, as apps show them (RFC 6238): SHA-1, six digits, which every app knows."""

import base64
import hmac
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
SECONDS = 30
_SECRET_BYTES = 20
"""As long as the output of SHA-1 (RFC 4226, 4)."""
_STEPS_OFF = 1
"""How far the clock of an app may be off, in steps (RFC 6238, 5.2)."""


def new_secret() -> str:
    """Return a secret of 160 random bits as 32 letters and digits (base 32)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def address_of(secret: str, account: str, issuer: str) -> str:
    """Return the otpauth:// address that a QR code carries into an app."""
    return _codes(secret).get_provisioning_uri(account, issuer)


def code_at(secret: str, at: datetime) -> str:
    """Return the code of this moment."""
    return _codes(secret).generate(int(at.timestamp())).decode()


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the step since 1970 whose code this is, one before or after ``now`` at most; None for a wrong code."""
    codes, present = _codes(secret), int(now.timestamp()) // SECONDS
    steps = range(present - _STEPS_OFF, present + _STEPS_OFF + 1)
    right = [step for step in steps if hmac.compare_digest(codes.generate(step * SECONDS), code.encode())]
    return right[-1] if right else None


def _codes(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303  (what apps know, as an HMAC)
