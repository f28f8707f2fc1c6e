"""The journal: who did what to what, when, from where (manual 13.3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypeAlias, TypedDict, Unpack

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import JournalEntry

PHONE_PLANE = "phone plane"
SCHEDULER = "scheduler"

Entry: TypeAlias = dict[str, Any]


class Who(TypedDict):
    """Who does something, from which address, and when."""

    by: str
    address: str
    now: datetime


class Said(TypedDict):
    """What an entry says; ``text`` is a sentence, ``details`` what changed. Secrets belong in neither."""

    at: datetime
    actor: str
    action: str
    subject: str
    text: str
    tenant_id: NotRequired[int | None]
    address: NotRequired[str]
    details: NotRequired[Mapping[str, Any]]


def entry(**said: Unpack[Said]) -> Entry:
    """Return an entry to be recorded with others."""
    return {
        "tenant_id": None,
        "address": "",
        **said,
        "actor": said["actor"][:100],
        "subject": said["subject"][:200],
        "details": dict(said.get("details", {})),
    }


def record(session: Session, **said: Unpack[Said]) -> None:
    """Add an entry."""
    session.add(JournalEntry(**entry(**said)))


def record_all(session: Session, entries: Sequence[Entry]) -> None:
    """Add many entries with one statement."""
    if entries:
        session.execute(insert(JournalEntry), entries)
