"""What people do to rows through forms, as the journal says it."""

from sqlalchemy.orm import Session

from app.logs import security_events
from app.models import Operator
from app.security.tenant_scope import ALL_TENANTS, scope_of, set_scope
from app.services import journal, row_deeds
from app.transaction import transaction
from app.views.authors import author, author_of
from app.views.times import time_of_page
from app.views.web_session import db


def record(
    database: Session, deed: str, noun: str, subject: str, *, tenant_id: int | None, more: str = ""
) -> None:
    """Write an entry: who, what, to which row, from where."""
    row_deeds.record(
        database, deed, noun, subject, tenant_id=tenant_id, author=author(), now=time_of_page(), more=more
    )


def note_of_account(operator: Operator, action: str, text: str, *, subject: str = "") -> None:
    """Write what an operator did with an account, his own where no other is named, in a transaction of its own.

    What concerns accounts belongs to no tenant, and only full scope may write that. The log says it too.
    """
    scope = scope_of(db.session())
    set_scope(db.session(), ALL_TENANTS)
    try:
        with transaction(db.session()) as session:
            journal.record(
                session,
                at=time_of_page(),
                author=author_of(operator),
                action=action,
                subject=subject or operator.username,
                text=text,
            )
    finally:
        set_scope(db.session(), scope)
    security_events.note_of_account(text)
