"""Phone users: found by what phones report, made where there are none; many of them at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import PhoneUser
from app.models.phone_user import MAX_USER_NAME
from app.models.phone_user import key_of as _key_of
from app.rules import typed_names
from app.rules.typed_names import hidden_character, normal
from app.services import journal
from app.services.author import Author
from app.services.upserts import insert_missing_returning

SYSTEM_NAME = "system"
"""What phones call themselves until they have a file of their own (protocol 2.1): nobody who signs in."""

_A_PHONE = Author(journal.PHONE_PLANE)

UserKey: TypeAlias = tuple[int, str]
"""A tenant's id and a name as names are compared: what is unique of a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUser:
    """A user of a tenant by name, and who names him; the rest counts where there is none of this name yet."""

    tenant_id: int
    name: str
    display_name: str
    author: Author = _A_PHONE

    @property
    def key(self) -> UserKey:
        """Return what tells this user from others."""
        return self.tenant_id, key_of(self.name)


def key_of(name: str) -> str:
    """Return what names of users are compared by: neither case, blanks around them nor how accents are coded count."""
    return _key_of(name)


def reported(
    tenant_id: int,
    reported_name: str,
    display_name: str,
    *,
    author: Author = _A_PHONE,
) -> NamedUser | None:
    """Return the user whom a phone of this tenant reports (protocol 2.5), his name in lower case.

    None where a phone may not say it: ``system`` is nobody who signs in, and a name that is too long, or that people
    could not tell from another by looking at it, is none.
    """
    name = normal(reported_name.lower())
    if not name or name == SYSTEM_NAME or len(name) > MAX_USER_NAME or hidden_character(name):
        return None
    return NamedUser(tenant_id=tenant_id, name=name, display_name=display_name, author=author)


def checked_name(text: str) -> str:
    """Return a name that was typed as it is kept, or raise InvalidInputError with what is wrong with it."""
    name = typed_names.checked_name(text, "user name", MAX_USER_NAME)
    if not name:
        raise InvalidInputError("Give the user a name: of a person or a line.", field="name")
    if key_of(name) == SYSTEM_NAME:
        raise InvalidInputError(
            f"{name} is what phones call themselves before they have a user; give the name of a person or a line.",
            field="name",
        )
    return name


def find_or_add(session: Session, user: NamedUser, *, now: datetime) -> PhoneUser:
    """Return the user of this name, made when there is none."""
    return session.get_one(PhoneUser, find_or_add_all(session, [user], now=now)[user.key])


def find_or_add_all(session: Session, users: Iterable[NamedUser], *, now: datetime) -> dict[UserKey, int]:
    """Return the ids of the users of these names; those that there are none of are made, and noted.

    Of several of the same name the first one counts. Users are made in the order of their keys, and one whom
    another process made meanwhile is found, so that two processes neither fail nor wait for one another.
    """
    wanted: dict[UserKey, NamedUser] = {}
    for user in users:
        wanted.setdefault(user.key, user)
    found = _find(session, wanted)
    missing = [wanted[key] for key in sorted(wanted.keys() - found.keys())]
    if missing:
        found |= _add(session, missing, now)
        found |= _find(session, wanted.keys() - found.keys())
    return found


def _find(session: Session, keys: Collection[UserKey]) -> dict[UserKey, int]:
    if not keys:
        return {}
    named = select(PhoneUser.tenant_id, PhoneUser.name_key, PhoneUser.id).where(
        PhoneUser.name_key.in_({name for _, name in keys})
    )
    found = {(tenant_id, name): user_id for tenant_id, name, user_id in session.execute(named)}
    return {key: found[key] for key in keys if key in found}


def _add(session: Session, users: Collection[NamedUser], now: datetime) -> dict[UserKey, int]:
    """Add users and note who did it; return the ids of those whom no other process added meanwhile."""
    rows = [
        {
            "tenant_id": user.tenant_id,
            "name": user.name,
            "name_key": key_of(user.name),
            "display_name": user.display_name,
            "created_at": now,
        }
        for user in users
    ]
    returned = insert_missing_returning(
        session, PhoneUser, rows, [PhoneUser.tenant_id, PhoneUser.name_key, PhoneUser.id]
    )
    added = {(row.tenant_id, row.name_key): row.id for row in returned}
    journal.record_all(session, [_entry(user, now) for user in users if user.key in added])
    return added


def _entry(user: NamedUser, now: datetime) -> journal.Entry:
    return journal.entry(
        at=now,
        author=user.author,
        action="user added",
        subject=user.name,
        text=f"The user {user.name} was added.",
        tenant_id=user.tenant_id,
    )
