"""What drop-downs above lists offer; a session's scope decides which tenants."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, Firmware, JournalEntry, PhoneModel, Tenant

MOST_CHOICES = 1_000


def tenant_names(session: Session) -> Sequence[str]:
    """Return the names of tenants in the order of the alphabet."""
    return session.scalars(select(Tenant.name).order_by(Tenant.name_key).limit(MOST_CHOICES)).all()


def model_names(session: Session) -> Sequence[str]:
    """Return the names of phone models in the order of the alphabet."""
    return session.scalars(select(PhoneModel.name).order_by(PhoneModel.name).limit(MOST_CHOICES)).all()


def tenants_by_id(session: Session) -> Sequence[tuple[int, str]]:
    """Return the tenants to choose from, by name."""
    return _pairs(session, select(Tenant.id, Tenant.name).order_by(Tenant.name_key))


def models_by_id(session: Session) -> Sequence[tuple[int, str]]:
    """Return the phone models to choose from, by name."""
    return _pairs(session, select(PhoneModel.id, PhoneModel.name).order_by(PhoneModel.name))


def templates_by_id(session: Session) -> Sequence[tuple[int, str]]:
    """Return the templates to choose from, by name."""
    return _pairs(session, select(ConfigTemplate.id, ConfigTemplate.name).order_by(ConfigTemplate.name_key))


def firmware_by_id(session: Session) -> Sequence[tuple[int, str]]:
    """Return the firmware to choose from, by name."""
    return _pairs(session, select(Firmware.id, Firmware.name).order_by(Firmware.name_key))


def journal_actors(session: Session) -> Sequence[str]:
    """Return who has entries in the journal."""
    return _distinct(session, JournalEntry.actor)


def journal_actions(session: Session) -> Sequence[str]:
    """Return what was done according to the journal."""
    return _distinct(session, JournalEntry.action)


def _pairs(session: Session, statement: Select[int, str]) -> Sequence[tuple[int, str]]:
    return [(row_id, name) for row_id, name in session.execute(statement.limit(MOST_CHOICES))]


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
