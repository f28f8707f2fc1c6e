"""The journal: who did what to what, when, from where and why (manual 13.3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypeAlias, TypedDict, Unpack

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import JournalEntry
from app.security.tenant_scope import scope_of
from app.services.author import Author

PHONE_PLANE = "phone plane"

Entry: TypeAlias = dict[str, Any]


class Said(TypedDict):
    """What an entry says; ``text`` is a sentence, ``details`` what changed. Secrets belong in neither."""

    at: datetime
    author: Author
    action: str
    subject: str
    text: str
    tenant_id: NotRequired[int | None]
    details: NotRequired[Mapping[str, Any]]


def entry(**said: Unpack[Said]) -> Entry:
    """Return an entry to be recorded with others."""
    return {
        "at": said["at"],
        "tenant_id": said.get("tenant_id"),
        "actor": said["author"].name[:100],
        "address": said["author"].address,
        "action": said["action"],
        "subject": said["subject"][:200],
        "text": said["text"],
        "reason": said["author"].reason,
        "details": dict(said.get("details", {})),
    }


def tenant_of(session: Session, tenant_ids: Iterable[int | None]) -> int | None:
    """Return whose an entry about rows of these tenants is: theirs where they have one tenant, else nobody's.

    An account that names its tenants writes nothing of nobody's: what it does in several of them, or in all that it
    sees, is the first one's.
    """
    tenants, seen = set(tenant_ids), scope_of(session).tenant_ids
    if seen is None:
        return tenants.pop() if len(tenants) == 1 else None
    return min(seen & tenants or seen, default=None)


def record(session: Session, **said: Unpack[Said]) -> None:
    """Add an entry."""
    session.add(JournalEntry(**entry(**said)))


def record_all(session: Session, entries: Sequence[Entry]) -> None:
    """Add many entries with one statement."""
    if entries:
        session.execute(insert(JournalEntry), entries)
