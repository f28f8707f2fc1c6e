"""Phone users by name, display name or nickname."""

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from app.models import PhoneUser, Tenant
from app.models.phone_user import key_of
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import names_user

_BEHIND_ALL_CHARACTERS = "\U0010ffff"
_NAMED = (
    select(PhoneUser.id, PhoneUser.name, PhoneUser.display_name, Tenant.name, PhoneUser.name_key)
    .join(Tenant, Tenant.id == PhoneUser.tenant_id)
    .where(~PhoneUser.is_system)
)


def find(session: Session, words: Words, *, at_most: int, looks_anywhere: bool) -> list[Found]:
    """Return the first users: of exactly this name, whose name begins with it, then all others with it anywhere."""
    key = key_of(words.text)
    if not looks_anywhere:
        return _read(session, _NAMED.where(PhoneUser.name_key == key), key, at_most)
    # Two statements, each of which ends with the last row that is wanted: one that puts those that begin with the words
    # before the others would sort all that have them anywhere, which may be everybody.
    found = _read(session, _NAMED.where(_begins(session, key)), key, at_most)
    if len(found) < at_most:
        others = and_(names_user(words.text), ~PhoneUser.name_key.startswith(key, autoescape=True))
        found += _read(session, _NAMED.where(others), key, at_most - len(found))
    return found


def _begins(session: Session, key: str) -> ColumnElement[bool]:
    """Find what begins with the words: on SQLite a range of the index, which PostgreSQL's collations do not have."""
    begins = PhoneUser.name_key.startswith(key, autoescape=True)
    if session.get_bind().dialect.name != "sqlite":
        return begins
    return and_(PhoneUser.name_key.between(key, key + _BEHIND_ALL_CHARACTERS), begins)


def _read(session: Session, some: Select[int, str, str, str, str], key: str, at_most: int) -> list[Found]:
    rows = session.execute(some.order_by(PhoneUser.name_key, PhoneUser.id).limit(at_most))
    return [
        Found(
            Kind.USER, str(row[0]), row[1], joined(row[2] if row[2] != row[1] else "", row[3]), row[4] == key
        )
        for row in rows
    ]
