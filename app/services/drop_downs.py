"""What drop-downs above lists offer; a session's scope decides which tenants."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import JournalEntry, PhoneModel, Tenant

MOST_CHOICES = 1_000


def tenant_names(session: Session) -> Sequence[str]:
    """Return the names of tenants in the order of the alphabet."""
    return session.scalars(select(Tenant.name).order_by(Tenant.name_key).limit(MOST_CHOICES)).all()


def model_names(session: Session) -> Sequence[str]:
    """Return the names of phone models in the order of the alphabet."""
    return session.scalars(select(PhoneModel.name).order_by(PhoneModel.name).limit(MOST_CHOICES)).all()


def journal_actors(session: Session) -> Sequence[str]:
    """Return who has entries in the journal."""
    return _distinct(session, JournalEntry.actor)


def journal_actions(session: Session) -> Sequence[str]:
    """Return what was done according to the journal."""
    return _distinct(session, JournalEntry.action)


def _distinct(session: Session, column: InstrumentedAttribute[str]) -> Sequence[str]:
    """Step from value to value along the column's index: a journal of millions of rows has few of them."""
    found: list[str] = []
    while len(found) < MOST_CHOICES:
        behind = column > found[-1] if found else column.is_not(None)
        value = session.scalar(select(column).where(behind).order_by(column).limit(1))
        if value is None:
            break
        found.append(value)
    return found
