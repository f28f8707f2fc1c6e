"""Licences for tests: a pair of keys of this run, and licences that are signed with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from app.rules.licenses import FIELDS, SignedLicense, license_of
from app.security import issuer
from app.security.issuer import MadeKeys
from app.services.author import Author
from app.services.licenses import installed

FROM_THE_START = "2026-01-01"
LAST_DAY = "2026-12-31"


@contextmanager
def trusted() -> Iterator[str]:
    """Go by this run's key, and by none afterwards; yields the public key."""
    issuer.trust_issuer(_keys().public_key)
    yield _keys().public_key
    issuer.trust_issuer("")


def license_text(
    *, holder: str = "Acme", begin: str = FROM_THE_START, until: str = LAST_DAY, devices: str = "100"
) -> str:
    """Return the file of a licence that is signed with this run's key."""
    values = ("L-1", holder, begin, until, devices)
    license_ = license_of(dict(zip(FIELDS, values, strict=True)))
    return SignedLicense(license_, issuer.sign(_keys().private_key, license_.text)).text


def install(session: Session, *, begin: str = FROM_THE_START, **said: str) -> None:
    """Install a licence on its first day."""
    first_day = datetime.fromisoformat(begin).replace(hour=12, tzinfo=UTC)
    installed.install(session, license_text(begin=begin, **said), author=Author("tests"), now=first_day)


@cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="licences-")


@cache
def _keys() -> MadeKeys:
    return issuer.make_keys(Path(_folder().name))


def install_expired(session: Session) -> str:
    """Install a licence that has expired by now; return the sentence that says so."""
    today = datetime.now(UTC).date()
    last_day = today - timedelta(days=2)
    install(session, begin=str(today - timedelta(days=30)), until=str(last_day))
    return f"The licence expired with {last_day:%d %B %Y}."


def install_current(session: Session, **said: str) -> None:
    """Install a licence that counts now."""
    today = datetime.now(UTC).date()
    begin, until = str(today - timedelta(days=1)), str(today + timedelta(days=300))
    install(session, **{"begin": begin, "until": until, **said})
