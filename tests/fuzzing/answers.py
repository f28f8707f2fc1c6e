"""What no answer may have in it: a fault of the server, another tenant's names, a secret."""

from collections.abc import Iterable

from tests.databases import INSTALLATION_KEY
from tests.views.world import HIDDEN_FROM_ACME

COMPANY_SECRET = "open-sesame"
SECRETS = (COMPANY_SECRET, INSTALLATION_KEY, "scrypt:32768", "pbkdf2:sha256", "Traceback (most recent")
"""What the company of tests/views/world.py keeps secret, the key, hashes of passwords, and what a crash looks like."""


def leaks_in(answer: bytes, sent: str, *, words: Iterable[str] = HIDDEN_FROM_ACME) -> list[str]:
    """Return the secrets and the hidden words in an answer, but for what was sent in by whoever asked."""
    text, known = answer.decode("utf-8", "replace").casefold(), sent.casefold()
    return [word for word in (*SECRETS, *words) if word.casefold() in text and word.casefold() not in known]
