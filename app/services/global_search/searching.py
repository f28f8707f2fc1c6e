"""Searching all kinds of things that somebody may list."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Device, PhoneUser
from app.services.global_search import alarms, named, people, phones
from app.services.global_search.found import Found, FoundOfKind, Kind, Words

LARGE = 200_000
"""Rows of a table from which on what is typed is looked for by indexes alone, until the search is sent."""


def search(
    session: Session, words: Words, kinds: Collection[Kind], *, at_most: int, is_thorough: bool
) -> Sequence[FoundOfKind]:
    """Return what each of these kinds has of the words, without the kinds that have nothing.

    A search that is not thorough, one while somebody types, does not look through large tables.
    """
    if not words.text:
        return ()
    anywhere = {kind: is_thorough or not _is_large(session, kind) for kind in _HIGHEST}
    finders: Mapping[Kind, Callable[[], list[Found]]] = {
        Kind.PHONE: lambda: phones.find(
            session, words, at_most=at_most + 1, looks_anywhere=anywhere[Kind.PHONE]
        ),
        Kind.USER: lambda: people.find(
            session, words, at_most=at_most + 1, looks_anywhere=anywhere[Kind.USER]
        ),
        Kind.ALARM: lambda: alarms.find(session, words, at_most=at_most + 1),
        Kind.TENANT: lambda: named.find_tenants(session, words, at_most=at_most + 1),
        Kind.SITE: lambda: named.find_sites(session, words, at_most=at_most + 1),
        Kind.TEMPLATE: lambda: named.find_templates(session, words, at_most=at_most + 1),
        Kind.FIRMWARE: lambda: named.find_firmware(session, words, at_most=at_most + 1),
    }
    # Only phones and their alarms carry a MAC address.
    asked = [kind for kind in Kind if kind in kinds and (kind in _WITH_MAC or not words.is_surely_mac)]
    found = {kind: finders[kind]() for kind in asked}
    return [
        FoundOfKind(kind, things[:at_most], len(things) > at_most) for kind, things in found.items() if things
    ]


_WITH_MAC = frozenset({Kind.PHONE, Kind.ALARM})
_HIGHEST = {
    Kind.PHONE: select(func.max(table_of(Device).c.id)),
    Kind.USER: select(func.max(table_of(PhoneUser).c.id)),
}


def _is_large(session: Session, kind: Kind) -> bool:
    """Ask for the highest id, which is at the end of an index: rows are not counted, and nothing of them is shown."""
    return (session.scalar(_HIGHEST[kind]) or 0) > LARGE
