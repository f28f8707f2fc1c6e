"""The licence that is installed, and whether it counts (docs/decisions/0043)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError, InvalidInputError
from app.models import InstalledLicense
from app.rules.license_standing import expired_on
from app.rules.licenses import License, SignedLicense, read_license
from app.security import issuer
from app.services import journal, settings
from app.services.author import Author

NOT_FROM_ISSUER = "The signature of the licence is not that of the key in RINGMASTER_LICENSE_PUBLIC_KEY."
_NO_ISSUER = (
    "Nobody issues licences for this installation: RINGMASTER_LICENSE_PUBLIC_KEY is not set, so that neither time nor "
    "devices are limited, and none is needed."
)
_TABLE = table_of(InstalledLicense)


@dataclass(frozen=True, slots=True)
class Installed:
    """The licence that was installed last; ``problem`` says why it does not count, and is empty where it does."""

    license: License
    installed_at: datetime
    installed_by: str
    problem: str


def find(session: Session) -> Installed | None:
    """Return the licence that was installed last, whether it counts or not."""
    row = session.get(InstalledLicense, 1)
    if row is None:
        return None
    signed = read_license(row.text)
    return Installed(signed.license, row.installed_at, row.installed_by, _problem_of(signed))


def current(session: Session, *, is_locked: bool = False) -> License | None:
    """Return the licence that counts, or None for an installation that needs none.

    Where no key is configured none counts, and the database is not asked. Locked, whoever adds devices at the same
    time waits until this transaction ends.
    """
    if not issuer.has_issuer():
        return None
    text = select(_TABLE.c.text)
    found = session.connection().execute(text.with_for_update() if is_locked else text).scalar()
    if found is None:
        return None
    signed = read_license(found)
    return None if _problem_of(signed) else signed.license


def install(session: Session, text: str, *, author: Author, now: datetime) -> License:
    """Install a licence in place of the one before, with an entry in the journal.

    InvalidInputError for a text that is no licence, or not the issuer's; ConflictError for one that has expired, or
    begins later: it would lock everybody out, or replace one that counts already.
    """
    if not issuer.has_issuer():
        raise ConflictError(_NO_ISSUER)
    signed = read_license(text)
    if not issuer.is_from_issuer(signed.license.text, signed.signature):
        raise InvalidInputError(
            f"{NOT_FROM_ISSUER} Take the whole file, as it was issued for this installation."
        )
    new = signed.license
    _check_counts_today(session, new, now)
    before = find(session)
    session.merge(InstalledLicense(id=1, text=signed.text, installed_at=now, installed_by=author.name[:100]))
    session.flush()
    journal.record(
        session,
        at=now,
        author=author,
        action="license installed",
        subject=new.id,
        text=f"{author.name} installed {_words_of(new)}"
        + (f"; before there was {_words_of(before.license)}." if before else "."),
    )
    return new


def _problem_of(signed: SignedLicense) -> str:
    if not issuer.has_issuer():
        return "RINGMASTER_LICENSE_PUBLIC_KEY is not set any more."
    return "" if issuer.is_from_issuer(signed.license.text, signed.signature) else NOT_FROM_ISSUER


def _check_counts_today(session: Session, new: License, now: datetime) -> None:
    zone = settings.web_ui_time_zone(session)
    ends_at = new.ends_at(zone)
    if ends_at is not None and now >= ends_at:
        raise ConflictError(f"{expired_on(new)} Nothing was changed: ask for one that counts today.")
    if now < new.begins_at(zone):
        raise ConflictError(
            f"The licence begins on {new.valid_from:%d %B %Y}, and would replace the one that counts until then. "
            "Install it on that day."
        )


def _words_of(one: License) -> str:
    until = f"until {one.valid_until}" if one.valid_until else "without end"
    devices = f"{one.devices:,} devices" if one.devices else "any number of devices"
    return f"the licence {one.id} of {one.holder} for {devices} {until}"
