"""Phone users by name, display name or nickname."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import PhoneUser, Tenant
from app.models.phone_user import key_of
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import names_user


def find(session: Session, words: Words, *, at_most: int, looks_anywhere: bool) -> list[Found]:
    """Return the first users: of exactly this name, whose name begins with it, then all others with it anywhere."""
    key = key_of(words.text)
    named = (
        select(PhoneUser.id, PhoneUser.name, PhoneUser.display_name, Tenant.name, PhoneUser.name_key)
        .join(Tenant, Tenant.id == PhoneUser.tenant_id)
        .where(~PhoneUser.is_system)
        .limit(at_most)
    )
    if looks_anywhere:
        begins = PhoneUser.name_key.startswith(key, autoescape=True)
        some = named.where(names_user(words.text)).order_by(begins.desc(), PhoneUser.name_key, PhoneUser.id)
    else:
        some = named.where(PhoneUser.name_key == key).order_by(PhoneUser.id)
    return [
        Found(
            Kind.USER, str(row[0]), row[1], joined(row[2] if row[2] != row[1] else "", row[3]), row[4] == key
        )
        for row in session.execute(some)
    ]
