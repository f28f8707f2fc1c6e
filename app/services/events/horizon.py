"""Up to which row the logs are whole: nothing is added any more before it.

Rows get their ids when they are written and are seen when their transaction commits, so on PostgreSQL a row may turn
up behind one that was read already. What is seen at one look is therefore taken as whole when every transaction that
wrote at the next look has ended.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import JournalEntry, PhoneChange

_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)


@dataclass(frozen=True, slots=True)
class Ends:
    """The last row of each log. ``are_exact``: a hook that is further has read a log that was emptied since, whose ids
    begin anew; else it may have been made when more was seen already."""

    journal_id: int
    phone_change_id: int
    are_exact: bool


def ends_of(session: Session) -> Ends:
    """Return the last row of each log that is seen now."""
    journal, changes = select(func.max(JournalEntry.id)), select(func.max(PhoneChange.id))
    # SQLite has one writer at a time, and gives ids of emptied tables again.
    are_exact = session.get_bind().dialect.name == "sqlite"
    return Ends(session.scalar(journal) or 0, session.scalar(changes) or 0, are_exact)


class Horizon:
    """Remembers what was seen, and which transactions wrote then."""

    def __init__(self) -> None:
        self._whole: Ends | None = None
        self._seen: Ends | None = None
        self._fence: int | None = None

    def look(self, session: Session) -> Ends | None:
        """Return up to where the logs are whole, None while that is not known; the session sees all tenants."""
        if session.get_bind().dialect.name == "sqlite":
            return ends_of(session)  # ids rise as transactions commit
        oldest, following = session.execute(_SNAPSHOT).one()
        if self._seen is not None and self._fence is not None and oldest >= self._fence:
            self._whole, self._seen, self._fence = self._seen, None, None
        elif self._seen is not None and self._fence is None:
            # One look later, so that whoever had taken an id by then is a writer that the snapshot knows.
            self._fence = following
        if self._seen is None:
            self._seen = ends_of(session)
        return self._whole
