"""Phone users by name, display name or nickname."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import PhoneUser, Tenant
from app.models.phone_user import key_of
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import names_user


def find(session: Session, words: Words, *, at_most: int, looks_anywhere: bool) -> list[Found]:
    """Return the first users: of exactly this name, whose name begins with it, then all others with it anywhere."""
    key = key_of(words.text)
    named = select(
        PhoneUser.id, PhoneUser.name, PhoneUser.display_name, Tenant.name, PhoneUser.name_key
    ).join(Tenant, Tenant.id == PhoneUser.tenant_id)
    found = {row[0]: row for row in session.execute(_first(named.where(PhoneUser.name_key == key), at_most))}
    if looks_anywhere and len(found) < at_most:
        begins = PhoneUser.name_key.startswith(key, autoescape=True)
        some = _first(named.where(names_user(words.text)), at_most).order_by(
            begins.desc(), PhoneUser.name_key, PhoneUser.id
        )
        found |= {row[0]: row for row in session.execute(some)}
    return [
        Found(
            Kind.USER, str(row[0]), row[1], joined(row[2] if row[2] != row[1] else "", row[3]), row[4] == key
        )
        for row in list(found.values())[:at_most]
    ]


def _first(statement: Select[int, str, str, str, str], at_most: int) -> Select[int, str, str, str, str]:
    return statement.where(~PhoneUser.is_system).limit(at_most)
