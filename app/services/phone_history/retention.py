"""How long the history of phones is kept, and how much of it of a phone that changes all the time."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import PhoneChange
from app.services import settings
from app.services.phone_history.filing import IS_FILED, IS_TO_FILE

MOST_OF_A_PHONE = 1_000
"""Changes of one phone that are kept, the newest."""
_AT_MOST = 10_000


def kept_since(session: Session, now: datetime) -> datetime:
    """Return the time before which changes and fetches of phones are dropped, by System Settings."""
    return now - timedelta(days=int(settings.read_text(session, "phone_history_days")))


def find_old(session: Session, *, now: datetime) -> Sequence[int]:
    """Return changes that are older than is kept; ids rise with the time, so only the first are looked at."""
    since = kept_since(session, now)
    oldest = select(PhoneChange.id, PhoneChange.at).order_by(PhoneChange.id).limit(_AT_MOST)
    return [change_id for change_id, at in session.execute(oldest) if at < since]


def newest(session: Session) -> int:
    """Return the highest id of a change, 0 where there is none."""
    return session.scalar(select(func.max(PhoneChange.id))) or 0


def find_surplus(session: Session, *, after: int) -> Sequence[int]:
    """Return what phones have too much of, the oldest of each, of phones with changes behind this id."""
    changed = select(PhoneChange.mac).where(PhoneChange.id > after).distinct()
    many = (
        select(PhoneChange.mac)
        .where(PhoneChange.mac.in_(changed), IS_FILED)
        .group_by(PhoneChange.mac)
        .having(func.count() > MOST_OF_A_PHONE)
    )
    found: list[int] = []
    for mac in session.scalars(many):
        of_phone = select(PhoneChange.id).where(PhoneChange.mac == mac, IS_FILED)
        surplus = of_phone.order_by(PhoneChange.id.desc())
        found += session.scalars(surplus.offset(MOST_OF_A_PHONE).limit(_AT_MOST - len(found)))
        if len(found) >= _AT_MOST:
            break
    return found


def drop(session: Session, ids: Collection[int]) -> int:
    """Delete these changes; return how many there were."""
    dropped: Any = session.execute(
        delete(PhoneChange).where(PhoneChange.id.in_(ids)).execution_options(synchronize_session=False)
    )
    return int(dropped.rowcount)


def forget(session: Session, macs: Collection[str]) -> None:
    """Delete the whole history of phones that are no longer known."""
    for is_where in (IS_FILED, IS_TO_FILE):
        session.execute(
            delete(PhoneChange)
            .where(PhoneChange.mac.in_(macs), is_where)
            .execution_options(synchronize_session=False)
        )
