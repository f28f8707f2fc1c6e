"""Simulations as jobs: asked for by an account, and worked on by whoever holds the lease of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Device, PhoneModel, RuleSetVersion, Simulation, Tenant
from app.models.enums import RuleKind, RuleSetState, SimulationState
from app.security.tenant_scope import scope_of
from app.services.alarms.due import HISTORY_LASTS
from app.services.asked_jobs import seen_by
from app.services.author import Author
from app.services.what_if import standing
from app.services.what_if.alarms import recorded

LEASE = timedelta(minutes=1)
MOST_KEPT = 20
"""Simulations that are kept; the oldest go first."""

DAYS = 7
"""Days of alarms that are played where nobody says how many."""
MOST_DAYS = HISTORY_LASTS.days
"""Days of alarms that may be played: so long there is history."""

AT_WORK = (SimulationState.WAITING, SimulationState.RUNNING)


class LostLeaseError(Exception):
    """Another process has taken the simulation, or it is gone: whoever worked on it stops."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A simulation that a worker holds."""

    id: int
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked: of which drafts, as of when, and of the phones of one tenant or model where one is named.

    Rules for alarms are asked about the alarms of the last ``days``.
    """

    kind: RuleKind
    draft_ids: Collection[int]
    as_of: datetime | None = None
    days: int = DAYS
    tenant_id: int | None = None
    model_id: int | None = None


def drafts_to_choose(session: Session, kind: RuleKind) -> Sequence[RuleSetVersion]:
    """Return the drafts that are simulated with those of a kind and that the account sees, the system's first."""
    kinds = [each.value for each in standing.kinds_with(kind)]
    drafts = select(RuleSetVersion).where(
        RuleSetVersion.state == RuleSetState.DRAFT, RuleSetVersion.kind.in_(kinds)
    )
    found = session.scalars(drafts.order_by(RuleSetVersion.id)).all()
    return sorted(found, key=lambda draft: (kinds.index(draft.kind), draft.tenant_id or 0))


def models_to_choose(session: Session) -> list[tuple[int, str]]:
    """Return the models to whose phones a simulation may be limited, by their names."""
    found = session.execute(select(PhoneModel.id, PhoneModel.name).order_by(PhoneModel.name))
    return [(model_id, name) for model_id, name in found]


def start(session: Session, wish: Wish, *, author: Author, now: datetime) -> Simulation:
    """Ask what drafts would change; a worker finds it out. InvalidInputError for what is not there, or is too much."""
    drafts = [draft for draft in drafts_to_choose(session, wish.kind) if draft.id in wish.draft_ids]
    if not drafts:
        raise InvalidInputError("Choose a draft: there is nothing to simulate without one.", field="drafts")
    for column, chosen, noun in (
        (Tenant.id, wish.tenant_id, "tenant"),
        (PhoneModel.id, wish.model_id, "model"),
    ):
        if chosen is not None and session.scalar(select(column).where(column == chosen)) is None:
            raise InvalidInputError(f"The {noun} is not there any more; choose another one.", field=noun)
    scope = scope_of(session).tenant_ids
    simulation = Simulation(
        kind=wish.kind,
        state=SimulationState.WAITING,
        by=author.name,
        tenant_ids=None if scope is None else sorted(scope),
        created_at=now,
        as_of=wish.as_of or now,
        drafts=standing.drafts_as_json(session, drafts),
        active=standing.active_checksums(session, wish.kind),
        only_tenant_id=wish.tenant_id,
        only_model_id=wish.model_id,
    )
    if standing.is_of_alarms(simulation):
        simulation.since = _since(wish.days, simulation.as_of)
    session.add(simulation)
    session.flush()
    simulation.total = _count(session, simulation)
    return simulation


def recent(session: Session, kind: RuleKind, by: str) -> Sequence[Simulation]:
    """Return the simulations of a kind that an account may see, the latest first."""
    seen = select(Simulation).where(Simulation.kind == kind, seen_by(session, Simulation, by))
    return session.scalars(seen.order_by(Simulation.id.desc()).limit(MOST_KEPT)).all()


def get(session: Session, simulation_id: int, by: str) -> Simulation:
    """Return a simulation, or NotFoundError for an account that may not see it."""
    found = session.scalar(
        select(Simulation).where(Simulation.id == simulation_id, seen_by(session, Simulation, by))
    )
    if found is None:
        raise NotFoundError("There is no such simulation, or your account does not see it.")
    return found


def is_busy(simulation: Simulation) -> bool:
    """Whether phones are being looked at, or are to be."""
    return simulation.state in AT_WORK


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether a simulation waits for a worker; a cheap question, asked again and again."""
    return session.scalar(select(Simulation.id).where(_is_due(now)).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime) -> Claim | None:
    """Take the oldest simulation that waits for a worker, or whose worker fell silent."""
    oldest = select(Simulation.id).where(_is_due(now)).order_by(Simulation.id).limit(1).scalar_subquery()
    taken = session.scalar(
        update(Simulation)
        .where(Simulation.id == oldest, _is_due(now))
        .values(worker=worker, leased_until=now + LEASE, state=SimulationState.RUNNING)
        .returning(Simulation.id)
        .execution_options(synchronize_session=False)
    )
    return None if taken is None else Claim(taken, worker)


def get_held(session: Session, held: Claim) -> Simulation:
    """Return the simulation of a claim to read it; LostLeaseError where it is gone."""
    found = session.get(Simulation, held.id)
    if found is None:
        raise LostLeaseError
    return found


def hold(session: Session, held: Claim, now: datetime) -> Simulation:
    """Return the simulation for writing and renew its lease; LostLeaseError where it is another's by now."""
    found = session.scalar(select(Simulation).where(Simulation.id == held.id).with_for_update())
    if found is None or found.worker != held.worker or found.state is not SimulationState.RUNNING:
        raise LostLeaseError
    found.leased_until = now + LEASE
    return found


def note(
    simulation: Simulation, cursor: int, looked_at: int, fleet: dict[str, Any], totals: dict[str, Any]
) -> None:
    """Keep how far a simulation is, and what was counted so far."""
    simulation.cursor = cursor
    simulation.done += looked_at
    simulation.fleet, simulation.totals = fleet, totals


def finish(simulation: Simulation, now: datetime, *, error: str = "") -> None:
    """End a simulation, with an error where it failed."""
    simulation.state = SimulationState.FAILED if error else SimulationState.DONE
    simulation.error = error[:1000]
    simulation.finished_at = now
    simulation.worker, simulation.leased_until = "", None


def cancel(session: Session, simulation: Simulation, now: datetime) -> None:
    """End a simulation that waits or runs; its worker notices with its next page. ConflictError where it has ended."""
    still = update(Simulation).where(Simulation.id == simulation.id, Simulation.state.in_(AT_WORK))
    cancelled = still.values(
        state=SimulationState.CANCELLED, finished_at=now, worker="", leased_until=None
    ).returning(Simulation.id)
    if session.scalar(cancelled.execution_options(synchronize_session=False)) is None:
        raise ConflictError("The simulation has ended meanwhile.")


def check_fits(session: Session, simulation: Simulation, draft: RuleSetVersion) -> None:
    """Raise ConflictError unless a simulation tells what making this draft active, as it is, would change."""
    if simulation.state is not SimulationState.DONE:
        raise ConflictError("The simulation is not done. Wait until it is, or simulate again.")
    if [each["version_id"] for each in simulation.drafts] != [draft.id]:
        raise ConflictError(
            "The simulation is not one of this draft alone. Simulate this draft, and apply that."
        )
    outdated = standing.why_outdated(session, simulation)
    if outdated:
        raise ConflictError(f"{outdated} Simulate again before you apply it to phones that are there.")


def _since(days: int, as_of: datetime) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError(f"Choose 1 to {MOST_DAYS} days.", field="days")
    try:
        return as_of - timedelta(days=days)
    except OverflowError:
        raise InvalidInputError("Choose a later time.", field="as_of") from None


def _count(session: Session, simulation: Simulation) -> int:
    """Return how many phones are to be looked at, or how much is to be played."""
    if not standing.is_of_alarms(simulation):
        phones = select(func.count()).select_from(Device).where(standing.which_phones(simulation))
        return session.scalar(phones) or 0
    number = recorded.count(session, simulation)
    if number > recorded.MOST_PLAYED:
        raise InvalidInputError(
            f"So much was recorded in these days ({number:,} changes of alarms) that it cannot be played at once; "
            f"{recorded.MOST_PLAYED:,} can. Choose fewer days, or one tenant.",
            field="days",
        )
    return number


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_free = or_(Simulation.leased_until.is_(None), Simulation.leased_until < now)
    return Simulation.state.in_(AT_WORK) & is_free
