"""The journal: who did what to what, when, from where (manual 13.3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypeAlias, TypedDict, Unpack

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import JournalEntry
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
        "details": dict(said.get("details", {})),
    }


def record(session: Session, **said: Unpack[Said]) -> None:
    """Add an entry."""
    session.add(JournalEntry(**entry(**said)))


def record_all(session: Session, entries: Sequence[Entry]) -> None:
    """Add many entries with one statement."""
    if entries:
        session.execute(insert(JournalEntry), entries)
