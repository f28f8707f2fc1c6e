"""Secrets that go to a receiver along with each message: they stay with the receiver that they were given for."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

_SENT = ("authorization", "password")
"""Others sign or encrypt, and whoever gets a message learns nothing of them."""
_ELSEWHERE = (
    "The messages go somewhere else now: type it again, or remove it, so that it is told to nobody by chance."
)


def would_be_told(
    before: Mapping[str, str], after: Mapping[str, str], kept: Collection[str]
) -> Iterable[tuple[str, str]]:
    """Yield those of the ``kept`` secrets that another receiver than before would get, each with a sentence."""
    if _receiver(before) != _receiver(after):
        yield from ((name, _ELSEWHERE) for name in _SENT if name in kept)


def _receiver(texts: Mapping[str, str]) -> tuple[str, str]:
    parts = urlsplit(texts.get("url", ""))
    return (parts.scheme, parts.netloc.lower()) if parts.netloc else ("", texts.get("host", "").lower())
