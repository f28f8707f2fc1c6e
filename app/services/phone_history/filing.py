"""Changes of phones are filed: those that reports have added at the end go into the index by phone.

To put a row into that index costs a report more than all else that it writes, because each phone's is on another page
of the database. So reports only add at the end, and what is to be filed is filed here, many rows of neighbours at once
(docs/decisions/0055).
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import false, select, true, update
from sqlalchemy.orm import Session

from app.models import PhoneChange

IS_FILED = PhoneChange.is_filed == true()
IS_TO_FILE = PhoneChange.is_filed == false()
"""Each is what one index is over: a statement that says neither finds no phone's changes by index."""

_AT_MOST = 50_000


def find_to_file(session: Session) -> Sequence[int]:
    """Return the changes that are to be filed, those of neighbours beside one another."""
    earliest = select(PhoneChange.id, PhoneChange.mac).where(IS_TO_FILE).order_by(PhoneChange.id)
    found = session.execute(earliest.limit(_AT_MOST)).all()
    return [change_id for change_id, _ in sorted(found, key=lambda row: (row.mac, row.id))]


def file(session: Session, ids: Collection[int]) -> int:
    """File these changes; return how many there were."""
    filed: Any = session.execute(
        update(PhoneChange)
        .where(PhoneChange.id.in_(ids))
        .values(is_filed=True)
        .execution_options(synchronize_session=False)
    )
    return int(filed.rowcount)
