"""How often rules decided, by day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import RuleHits
from app.services.upserts import insert_or_add

COUNTED_DAYS = 90
"""For so many days hits are kept and shown."""

_TABLE = table_of(RuleHits)


def count(session: Session, keys: Mapping[str, int], *, now: datetime) -> None:
    """Add to the hits of rules, by key, with one statement.

    In the order of the keys, so that two who count at once never wait for one another.
    """
    rows = [{"rule_key": key, "day": now.date(), "hits": keys[key]} for key in sorted(keys)]
    insert_or_add(session, _TABLE, rows, "hits")


def read(session: Session, keys: Collection[str], *, today: date) -> dict[str, int]:
    """Return how often rules decided in the days that are counted; those that never did are missing."""
    since = today - timedelta(days=COUNTED_DAYS)
    counted = (
        select(RuleHits.rule_key, func.sum(RuleHits.hits))
        .where(RuleHits.rule_key.in_(keys), RuleHits.day > since)
        .group_by(RuleHits.rule_key)
    )
    return {key: int(hits) for key, hits in session.execute(counted)}


def find_old(session: Session, *, today: date) -> Sequence[date]:
    """Return the days that are not counted any more."""
    old = select(RuleHits.day).where(RuleHits.day <= today - timedelta(days=COUNTED_DAYS))
    return session.scalars(old.distinct()).all()


def drop(session: Session, days: Collection[date]) -> int:
    """Forget the hits of these days, and return of how many rules."""
    gone = delete(RuleHits).where(RuleHits.day.in_(days)).returning(RuleHits.rule_key)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())
