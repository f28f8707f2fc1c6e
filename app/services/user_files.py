"""The configuration files of one user's phones: which of them Generate would change, and generating them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Device, PhoneUser
from app.services import config_files, journal
from app.services.author import Author
from app.services.config_files import differences

MOST_PHONES = 200
"""Phones of one user whose files are compared or generated in one request; others have lines of a contact centre."""


def find_outdated(session: Session, device_ids: Collection[int]) -> set[int]:
    """Return those of these devices whose files do not have what they would have now."""
    return {outdated.device_id for outdated in differences.find_outdated(session, device_ids)}


def generate(session: Session, user: PhoneUser, *, author: Author, now: datetime) -> Sequence[str]:
    """Generate the files of a user's phones, and return the MAC addresses of these."""
    found = _phones_of(session, user)
    config_files.generate_many(session, [device_id for device_id, _ in found], now=now)
    journal.record(
        session,
        at=now,
        author=author,
        action="configuration files generated",
        subject=user.name,
        text=f"{author.name} generated the files of the phones of {user.name}.",
        tenant_id=user.tenant_id,
    )
    return [mac for _, mac in found]


def _phones_of(session: Session, user: PhoneUser) -> Sequence[tuple[int, str]]:
    """Return id and MAC address of a user's devices with a template."""
    phones = (
        select(Device.id, Device.mac)
        .where(Device.phone_user_id == user.id, Device.template_id.is_not(None))
        .order_by(Device.mac)
        .limit(MOST_PHONES + 1)
    )
    found = session.execute(phones).all()
    if not found:
        raise ConflictError(f"{user.name} has no phone with a template, so there is no file to generate.")
    if len(found) > MOST_PHONES:
        raise ConflictError(
            f"{user.name} has more than {MOST_PHONES} phones: generate their files on the page of their template."
        )
    return [(device_id, mac) for device_id, mac in found]
