"""How long the provisioning log is kept, and how much of it for one phone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from app.models import FileFetch
from app.services.phone_history.retention import kept_since

MOST_OF_A_PHONE = 500
"""Rows of one phone that are kept, the latest."""
_AT_MOST = 10_000

Key: TypeAlias = tuple[str, str]
"""MAC and key of a row."""


def find_old(session: Session, *, now: datetime) -> Sequence[Key]:
    """Return the rows that began before the time that is kept; none lasts longer than its day."""
    old = select(FileFetch.mac, FileFetch.key).where(FileFetch.first_at < kept_since(session, now))
    return [(mac, key) for mac, key in session.execute(old.limit(_AT_MOST))]


def find_surplus(session: Session, *, after: datetime) -> Sequence[Key]:
    """Return what phones have too much of, the earliest of each; only phones with rows that began behind this time are
    looked at."""
    fetching = select(FileFetch.mac).where(FileFetch.first_at > after).distinct()
    many = (
        select(FileFetch.mac)
        .where(FileFetch.mac.in_(fetching))
        .group_by(FileFetch.mac)
        .having(func.count() > MOST_OF_A_PHONE)
    )
    found: list[Key] = []
    for mac in session.scalars(many):
        surplus = select(FileFetch.mac, FileFetch.key).where(FileFetch.mac == mac)
        latest = surplus.order_by(FileFetch.last_at.desc(), FileFetch.key.desc())
        rows = session.execute(latest.offset(MOST_OF_A_PHONE).limit(_AT_MOST - len(found)))
        found += [(row_mac, key) for row_mac, key in rows]
        if len(found) >= _AT_MOST:
            break
    return found


def drop(session: Session, keys: Collection[Key]) -> int:
    """Delete these rows; return how many there were."""
    dropped: Any = session.execute(
        delete(FileFetch)
        .where(tuple_(FileFetch.mac, FileFetch.key).in_(keys))
        .execution_options(synchronize_session=False)
    )
    return int(dropped.rowcount)
