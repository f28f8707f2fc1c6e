"""Simulations that nobody needs any more, and what they found: taken away some rows at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeAlias

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Simulation, SimulationAlarm, SimulationRow
from app.services.what_if.jobs import AT_WORK, MOST_KEPT

KEPT_FOR = timedelta(days=7)
_ROWS_AT_ONCE = 5_000

_Column: TypeAlias = InstrumentedAttribute[int]


def forget_rows(session: Session, simulation_id: int) -> bool:
    """Take away some of what was found; whether there was any."""
    return any(
        _forget_some(session, simulation_id, owner, key)
        for owner, key in (
            (SimulationRow.simulation_id, SimulationRow.device_id),
            (SimulationAlarm.simulation_id, SimulationAlarm.number),
        )
    )


def find_old(session: Session, now: datetime) -> Sequence[int]:
    """Return the simulations that nobody needs any more."""
    newest = select(Simulation.id).order_by(Simulation.id.desc()).limit(MOST_KEPT)
    is_old = or_(Simulation.created_at < now - KEPT_FOR, Simulation.id.not_in(newest))
    return session.scalars(select(Simulation.id).where(is_old, Simulation.state.not_in(AT_WORK))).all()


def drop_old(session: Session, ids: Sequence[int]) -> int:
    """Take away old simulations, or a part of one that is large: the rest is found again. Return how many are gone."""
    gone = list(takewhile(lambda simulation_id: not forget_rows(session, simulation_id), ids))
    session.execute(delete(Simulation).where(Simulation.id.in_(gone)))
    return len(gone)


def _forget_some(session: Session, simulation_id: int, owner: _Column, key: _Column) -> bool:
    some = select(key).where(owner == simulation_id).order_by(key).limit(_ROWS_AT_ONCE).subquery()
    last = session.scalar(select(func.max(some.c[key.key])))
    if last is None:
        return False
    session.execute(delete(key.class_).where(owner == simulation_id, key <= last))
    return True
