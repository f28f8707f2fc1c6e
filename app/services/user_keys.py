"""Speed dials and programmable keys that users set on their phones: kept with the user (docs/decisions/0032)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, NotFoundError
from app.models import Device, PhoneUser, UserKeysRow
from app.rendering.overlay_lines import OverlayLine
from app.rendering.user_keys import UserKeys
from app.services import config_files, journal, phone_users
from app.services.author import Author

MOST_FILES = 200
"""Of one user that are written at once; a user with more phones has them with the next Generate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a phone sends: all keys that its user has set, and the version that it had before.

    ``user_name`` is who the phone says is signed in, empty where it does not say. ``address`` is where it came from.
    """

    mac: str
    user_name: str
    version: int
    lines: tuple[OverlayLine, ...]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a user, and who changed it last from where; ``mac`` is empty where no phone did."""

    keys: UserKeys
    changed_at: datetime
    changed_by: str
    mac: str
    address: str


def read(session: Session, phone_user_id: int) -> Kept | None:
    """Return what is kept of a user; None of one who never set anything."""
    row = session.scalar(select(UserKeysRow).where(UserKeysRow.phone_user_id == phone_user_id))
    if row is None:
        return None
    return Kept(
        keys=UserKeys.read(row.version, row.lines),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        mac=row.mac,
        address=row.address,
    )


def upload(session: Session, sent: Upload, *, now: datetime) -> int:
    """Keep what a phone sends for its user, put it into the files of the user's phones, and return its version.

    NotFoundError for a phone that is no device; ConflictError where nobody or somebody else is signed in on it, and
    where it does not know what is kept: it has to read its file first.
    """
    device, user = _holder_of(session, sent)
    row = _lock(session, user.id)
    keys = UserKeys((row.version if row else 0) + 1, sent.lines)
    if row is not None and row.lines == keys.text:
        return row.version
    if row is not None and sent.version != row.version:
        raise ConflictError(
            f"The keys of {user.name} are at version {row.version}, and the phone knows version {sent.version}. "
            "Read the configuration file, then send them again."
        )
    if row is None:
        row = UserKeysRow(phone_user_id=user.id, tenant_id=user.tenant_id)
    row.mac = sent.mac
    phone = Author(journal.PHONE_PLANE, sent.address)
    _change(session, row, keys, phone, now)
    _lay(session, user.id, keys, now, first=device.id)
    _note(session, user, f"The phone {sent.mac} sent {len(keys.lines)} keys of {user.name}.", phone, now)
    return keys.version


def delete(session: Session, phone_user_id: int, *, author: Author, now: datetime) -> None:
    """Drop what is kept of a user, also from the files of the phones; NotFoundError where there is nothing.

    The version goes on, so that a phone which knows the keys does not bring them back unasked.
    """
    user, row = session.get(PhoneUser, phone_user_id), _lock(session, phone_user_id)
    if user is None or row is None:
        raise NotFoundError("Nothing is kept of this user, or your account does not see it.")
    keys = UserKeys(row.version + 1)
    row.mac = ""
    _change(session, row, keys, author, now)
    _lay(session, user.id, keys, now)
    _note(session, user, f"{author.name} deleted the keys of {user.name}.", author, now)


def _holder_of(session: Session, sent: Upload) -> tuple[Device, PhoneUser]:
    device = session.scalar(select(Device).where(Device.mac == sent.mac))
    if device is None:
        raise NotFoundError(f"No device has the MAC address {sent.mac}; the phone has to be approved first.")
    user = device.phone_user
    if user is None or user.is_system:
        raise ConflictError(f"Nobody is signed in on the phone {sent.mac}, so nobody's keys can be kept.")
    if sent.user_name and phone_users.key_of(sent.user_name) != user.name_key:
        raise ConflictError(
            f"Another user than the one it names is signed in on the phone {sent.mac}: report first."
        )
    return device, user


def _lock(session: Session, phone_user_id: int) -> UserKeysRow | None:
    return session.scalar(
        select(UserKeysRow)
        .where(UserKeysRow.phone_user_id == phone_user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _change(session: Session, row: UserKeysRow, keys: UserKeys, author: Author, now: datetime) -> None:
    row.version, row.lines = keys.version, keys.text
    row.changed_at, row.changed_by, row.address = now, author.name, author.address
    session.add(row)
    session.flush()


def _lay(session: Session, phone_user_id: int, keys: UserKeys, now: datetime, *, first: int = 0) -> None:
    """Put the keys into the files of a user's phones, that of the ``first`` one in any case."""
    phones = select(Device.id).where(Device.phone_user_id == phone_user_id)
    ids = session.scalars(phones.order_by(Device.id != first, Device.id).limit(MOST_FILES)).all()
    config_files.lay_keys(session, ids, keys, now=now)


def _note(session: Session, user: PhoneUser, text: str, author: Author, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="user keys changed",
        subject=user.name,
        text=text,
        tenant_id=user.tenant_id,
    )
