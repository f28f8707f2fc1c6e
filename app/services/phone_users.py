"""Phone users: found by what a phone reports, made where there is none."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import PhoneUser
from app.models.phone_user import MAX_USER_NAME
from app.services import journal

SYSTEM_NAME = "system"
"""What phones call themselves until they have a file of their own (protocol 2.1): nobody who signs in."""


def key_of(name: str) -> str:
    """Return what names of users are compared by: neither case nor blanks around them count."""
    return name.strip().casefold()


def find(session: Session, tenant_id: int, name: str) -> PhoneUser | None:
    """Return the user of this name in a tenant, without regard to case."""
    return session.scalar(
        select(PhoneUser).where(PhoneUser.tenant_id == tenant_id, PhoneUser.name_key == key_of(name))
    )


def find_or_add(
    session: Session,
    tenant_id: int,
    reported_name: str,
    *,
    display_name: str,
    now: datetime,
    by: str = journal.PHONE_PLANE,
    address: str = "",
) -> PhoneUser | None:
    """Return the user that a phone of this tenant reports, made when there is none (protocol 2.5).

    The name is kept in lower case. None where a phone may not say it: ``system`` is nobody who signs in, and a name
    that is too long is none.
    """
    name = reported_name.strip().lower()
    if not name or name == SYSTEM_NAME or len(name) > MAX_USER_NAME:
        return None
    return find(session, tenant_id, name) or add(
        session,
        PhoneUser(name=name, display_name=display_name, tenant_id=tenant_id),
        by=by,
        address=address,
        now=now,
    )


def add(session: Session, user: PhoneUser, *, by: str, now: datetime, address: str = "") -> PhoneUser:
    """Add a user and note who did it."""
    user.created_at = now
    session.add(user)
    session.flush()
    journal.record(
        session,
        at=now,
        actor=by,
        action="user added",
        subject=user.name,
        text=f"The user {user.name} was added.",
        tenant_id=user.tenant_id,
        address=address,
    )
    return user
