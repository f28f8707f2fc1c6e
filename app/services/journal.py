"""The journal: who did what to what, when, from where (manual 13.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import JournalEntry

PHONE_PLANE = "phone plane"
SCHEDULER = "scheduler"


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    text: str,
    tenant_id: int | None = None,
    address: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry; ``text`` is a sentence, ``details`` what changed. Secrets belong in neither."""
    session.add(
        JournalEntry(
            at=at,
            actor=actor[:100],
            address=address,
            action=action,
            subject=subject[:200],
            text=text,
            tenant_id=tenant_id,
            details=dict(details or {}),
        )
    )
