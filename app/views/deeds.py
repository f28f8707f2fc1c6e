"""What people do to rows through forms, as the journal says it."""

from sqlalchemy.orm import Session

from app.services import row_deeds
from app.views.authors import author
from app.views.times import time_of_page


def record(
    database: Session, deed: str, noun: str, subject: str, *, tenant_id: int | None, more: str = ""
) -> None:
    """Write an entry: who, what, to which row, from where."""
    row_deeds.record(
        database, deed, noun, subject, tenant_id=tenant_id, author=author(), now=time_of_page(), more=more
    )
