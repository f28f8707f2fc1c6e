"""What a receiver said, as it is shown and kept: on one line, short, and without what it was sent to sign in with."""

import re
from base64 import b64encode
from collections.abc import Iterable

from app.rendering.notices.subjects import on_one_line
from app.rendering.secret_parameters import MASK

MOST_CHARACTERS = 300
_MOST_READ = 16 * 1024


def shown(said: bytes | str, secrets: Iterable[str] = (), *, most: int = MOST_CHARACTERS) -> str:
    """Return the beginning of what was said, ``••••••`` where a secret stood in it.

    A receiver that says again what it was sent does not bring a secret into the delivery log. It is looked for before
    the end is cut off, in which it may stand.
    """
    beginning = said[:_MOST_READ]
    text = on_one_line(
        beginning.decode("utf-8", errors="replace") if isinstance(beginning, bytes) else beginning
    )
    forms = {"".join(on_one_line(form).split()) for secret in secrets for form in _forms(secret)}
    for form in sorted(forms - {""}, key=len, reverse=True):
        # A blank may stand between any two letters, in place of what cannot be printed.
        text = re.sub(" ?".join(map(re.escape, form)), MASK, text)
    return text[:most]


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it may be said again: as it is, and in Base64 without the end that shows its length."""
    encoded = b64encode(secret.encode("utf-8", errors="replace")).decode()
    return secret, encoded.rstrip("=")
