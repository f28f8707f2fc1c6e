"""A draft becomes active, and the phones that a simulation of it found to change are given what it says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.models import Operation, RuleSetVersion, Simulation
from app.models.enums import Action, Subject
from app.rules.pacing import Pace
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen
from app.services.operations.waves import RollOut
from app.services.rule_sets import activation, reading
from app.services.rule_sets.drafts import Change
from app.services.what_if import jobs, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """How the phones that are there are given what the rules say: at which pace, and whether in waves."""

    pace: Pace
    patience: timedelta
    deadline: timedelta | None = None
    roll_out: RollOut | None = None


def activate(
    session: Session,
    change: Change,
    simulation: Simulation,
    applying: Applying | None,
    *,
    note: str = "",
    now: datetime,
) -> tuple[RuleSetVersion, Operation | None]:
    """Make the draft of a simulation active; where phones are to be given what it says, begin that, too.

    The phones are those that the simulation found; each is decided upon anew when its turn comes. ConflictError where
    the simulation does not tell of this draft as it is, or something has changed since.
    """
    draft = reading.get_version(session, change.version_id)
    if applying is not None:
        jobs.check_fits(session, simulation, draft)
    macs = rows.changed_devices(session, simulation) if applying is not None else []
    version = activation.activate(session, change, note=note)
    if applying is None or not macs:
        return version, None
    order = Order(
        action=Action.UPDATE,
        chosen=Chosen(Subject.DEVICES, keys=macs),
        pace=applying.pace,
        patience=applying.patience,
        deadline=applying.deadline,
        roll_out=applying.roll_out,
        options={"generate": True, "decide": True, "simulation_id": simulation.id},
    )
    return version, starting.start(session, order, author=change.author, now=now)
