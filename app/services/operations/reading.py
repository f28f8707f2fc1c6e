"""Operations for the screens: how far they are, their targets, their history; a session's scope decides whose."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import Operation, OperationTarget, OperationWave
from app.models.enums import OperationState, TargetState
from app.rules.mac_addresses import find_mac
from app.rules.target_states import ENDED
from app.security.tenant_scope import scope_of
from app.services.paging import Page, page_of

EXPORT_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How many targets of an operation are in each state."""

    counts: Mapping[TargetState, int]
    without_proof: int = 0

    @property
    def total(self) -> int:
        """All targets that the account sees."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """Those of which nothing more will come."""
        return sum(self.counts.get(state, 0) for state in ENDED) + self.without_proof

    @property
    def percent(self) -> int:
        """The share of those that have ended, in whole percent, and 100 only for all of them."""
        return self.ended * 100 // self.total if self.total else 100


def get_operation(session: Session, operation_id: int) -> Operation:
    """Return an operation of which the account sees a target, or raise NotFoundError."""
    operation = session.scalar(
        select(Operation)
        .where(Operation.id == operation_id, _is_seen(session))
        .execution_options(populate_existing=True)
    )
    if operation is None:
        raise NotFoundError(f"There is no operation {operation_id}, or your account does not see it.")
    return operation


def count_states(session: Session, operation_id: int) -> dict[TargetState, int]:
    """Count the targets of an operation by their state."""
    counts = select(OperationTarget.state, func.count()).where(OperationTarget.operation_id == operation_id)
    return dict(session.execute(counts.group_by(OperationTarget.state)).all())


def progress_of(session: Session, operation_ids: Collection[int]) -> dict[int, Progress]:
    """Return how far operations are."""
    is_settled = OperationTarget.confirm_by.is_(None)
    rows = session.execute(
        select(OperationTarget.operation_id, OperationTarget.state, func.count())
        .where(OperationTarget.operation_id.in_(operation_ids))
        .group_by(OperationTarget.operation_id, OperationTarget.state)
    ).all()
    counts: dict[int, dict[TargetState, int]] = {operation_id: {} for operation_id in operation_ids}
    for operation_id, state, number in rows:
        counts[operation_id][state] = number
    with_sent = [operation_id for operation_id, found in counts.items() if found.get(TargetState.SENT)]
    settled: dict[int, int] = {}
    if with_sent:
        sent = (
            select(OperationTarget.operation_id, func.count())
            .where(
                OperationTarget.operation_id.in_(with_sent),
                OperationTarget.state == TargetState.SENT,
                is_settled,
            )
            .group_by(OperationTarget.operation_id)
        )
        settled = dict(session.execute(sent).all())
    return {
        operation_id: Progress(found, settled.get(operation_id, 0)) for operation_id, found in counts.items()
    }


def search(session: Session, *, state: OperationState | None, number: int, size: int) -> Page:
    """Return a page of operations, the newest first."""
    statement = seen(session, state=state).order_by(Operation.id.desc())
    return page_of(session, statement, number=number, size=size)


def seen(session: Session, *, state: OperationState | None = None) -> Select[Operation]:
    """Return the statement of the operations of which the account sees a target, of one state or of all."""
    statement = select(Operation).where(_is_seen(session))
    return statement if state is None else statement.where(Operation.state == state)


def find_under_way(session: Session, *, at_most: int) -> Sequence[Operation]:
    """Return the operations that have not finished, the newest first."""
    statement = select(Operation).where(Operation.state != OperationState.FINISHED, _is_seen(session))
    return session.scalars(statement.order_by(Operation.id.desc()).limit(at_most)).all()


def search_targets(
    session: Session,
    operation_id: int,
    *,
    states: Collection[TargetState],
    words: str,
    number: int,
    size: int,
) -> Page:
    """Return a page of an operation's targets in their order."""
    statement = targets_of(operation_id, states=states, words=words).order_by(OperationTarget.id)
    return page_of(session, statement, number=number, size=size)


def targets_of(
    operation_id: int, *, states: Collection[TargetState] = (), words: str = ""
) -> Select[OperationTarget]:
    """Return the statement of an operation's targets, those in some states or with words, or all."""
    return select(OperationTarget).where(*_conditions(operation_id, states, words))


def read_chunk(session: Session, operation_id: int, *, after: int) -> Sequence[OperationTarget]:
    """Return the next targets of an operation behind the one of this id, for an export."""
    statement = (
        select(OperationTarget)
        .where(OperationTarget.operation_id == operation_id, OperationTarget.id > after)
        .order_by(OperationTarget.id)
        .limit(EXPORT_CHUNK)
    )
    return session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class Postponed:
    """How many targets are postponed, when the first of them is tried again, and until when the last one is."""

    number: int
    next_try_at: datetime | None = None
    try_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenWave:
    """Which of how many waves of a roll-out is under way, and what its gate found."""

    name: str
    number: int
    count: int
    finding: str


def postponed_of(session: Session, operation_id: int) -> Postponed:
    """Return what there is to say of the phones that are not there, as far as the account sees them."""
    row = session.execute(
        select(
            func.count(), func.min(OperationTarget.next_try_at), func.max(OperationTarget.try_until)
        ).where(OperationTarget.operation_id == operation_id, OperationTarget.state == TargetState.POSTPONED)
    ).one()
    return Postponed(*row)


def open_waves_of(session: Session, operation_ids: Collection[int]) -> dict[int, OpenWave]:
    """Return which wave is under way, of those operations that have waves."""
    counts = (
        select(OperationWave.operation_id, func.count().label("number_of_waves"))
        .where(OperationWave.operation_id.in_(operation_ids))
        .group_by(OperationWave.operation_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Operation.id,
            OperationWave.name,
            OperationWave.number,
            counts.c.number_of_waves,
            OperationWave.finding,
        )
        .join(
            OperationWave,
            (OperationWave.operation_id == Operation.id) & (OperationWave.number == Operation.open_wave),
        )
        .join(counts, counts.c.operation_id == Operation.id)
    )
    return {row.id: OpenWave(row.name, row.number, row.number_of_waves, row.finding) for row in rows}


def unwell_of(session: Session, operation_id: int, *, at_most: int) -> Sequence[OperationTarget]:
    """Return the first phones that a gate found something wrong with."""
    return session.scalars(
        select(OperationTarget)
        .where(OperationTarget.operation_id == operation_id, OperationTarget.finding != "")
        .order_by(OperationTarget.id)
        .limit(at_most)
    ).all()


def _conditions(
    operation_id: int, states: Collection[TargetState], words: str
) -> Iterator[ColumnElement[bool]]:
    yield OperationTarget.operation_id == operation_id
    if states:
        yield OperationTarget.state.in_(states)
    mac = find_mac(words) if words else None
    if mac:
        yield OperationTarget.key == mac
    elif words:
        columns = (
            OperationTarget.key,
            OperationTarget.label,
            OperationTarget.reason,
            OperationTarget.finding,
        )
        yield or_(*(column.icontains(words, autoescape=True) for column in columns))


def _is_seen(session: Session) -> ColumnElement[bool]:
    """Whether the account sees one of an operation's targets; who sees all tenants sees those without any, too."""
    if scope_of(session).is_everything:
        return Operation.id.is_not(None)
    return select(OperationTarget.id).where(OperationTarget.operation_id == Operation.id).exists()
