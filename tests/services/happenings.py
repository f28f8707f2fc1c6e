"""What happens in tests of events: entries of the journal."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.services import journal
from tests.factories import NOW
from tests.services.noticing import ALICE


def happens(
    session: Session,
    subject: str,
    *,
    action: str = "user changed",
    tenant_id: int | None = None,
    reason: str = "",
) -> None:
    """Write an entry of the journal, with details that nobody else is told."""
    text = f"alice did something to {subject}."
    journal.record(
        session,
        at=NOW,
        author=replace(ALICE, reason=reason),
        action=action,
        subject=subject,
        text=text,
        tenant_id=tenant_id,
        details={"secret": "rosebud"},
    )
    session.flush()
