"""The rows that every report touches, in the words of the driver: the hot path of the phone plane.

These statements know no tenant scope: they are for those who see all tenants, the doors of the phone API. Each is one
round trip for all phones of a batch, however many; on SQLite that is also one hand-over of Python's lock where a row
for each phone would be many.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType

from sqlalchemy.orm import Session

from app.services.phone_history.entries import Entry
from app.services.report_rows import postgresql, sqlite
from app.services.report_rows.columns import Changes, Look


def look(session: Session, digests: Mapping[str, str], now: datetime) -> Look:
    """Return what a batch of reports has to know: the phones that say something else than the stored digest does.

    An empty digest differs from every other. Rows that come back are locked until the transaction ends, in the order
    of their MACs, so that two writers never wait for one another.
    """
    session.flush()  # the statement goes past the session
    return _words(session).look(session.connection(), digests, now)  # type: ignore[no-any-return]


def update(
    session: Session, changes: Mapping[str, Changes], kept: Sequence[Entry] = (), *, now: datetime
) -> None:
    """Write the columns of each phone's row that changed, and no others: their indexes stay untouched.

    With them goes what is kept of the changes in the phones' history.
    """
    _words(session).update(session.connection(), changes, kept, now)


def keep(session: Session, entries: Sequence[Entry], now: datetime) -> None:
    """Add to the history of phones."""
    if entries:
        _words(session).keep(session.connection(), entries, now)


def touch_seen(session: Session, seen: Mapping[str, datetime]) -> None:
    """Write when phones were last heard."""
    if seen:
        _words(session).touch_seen(session.connection(), seen)


def _words(session: Session) -> ModuleType:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
