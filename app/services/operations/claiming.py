"""Giving targets to workers: each to one, at the operation's pace, and back when a worker dies.

Two commits enclose what cannot be undone: a target that is CLAIMED has not been asked anything and may be given to
another, one that is SENDING may have been asked and is asked by nobody else (docs/decisions/0033).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from app.models import ConfigFile, Operation, OperationTarget
from app.models.enums import OperationState, TargetState
from app.rules.actions import KINDS, Proof
from app.rules.pacing import Beat, Pace, after_beginning, may_begin
from app.rules.target_states import IN_FLIGHT
from app.services import stored_files
from app.services.config_files import name_for

LEASE = timedelta(seconds=45)
"""How long a worker has a target: longer than any conversation with a phone lasts."""
MOST_ATTEMPTS = 3
_NOBODY = ""
_SENDING_UNKNOWN = (
    "The process that asked it ended at that moment: whether it was told is not known, "
    "and it is not asked again by itself."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Targets of one operation that a worker has, by their ids and keys."""

    operation: Operation
    targets: Sequence[tuple[int, str]]


def pace_of(operation: Operation) -> Pace:
    """Return how an operation is paced."""
    return Pace(operation.batch_size, timedelta(seconds=operation.delay_seconds))


def claim(session: Session, *, owner: str, room: int, is_local: bool, now: datetime) -> Claim | None:
    """Give a worker the targets whose turn has come, of the operation that was served longest ago; None for none.

    At most ``room``. ``is_local`` chooses between what is done here and what is asked of phones, which keep out of each
    other's way. Of two that claim at once each gets another operation, or the second gets nothing this time.
    """
    if room < 1:
        return None
    for operation_id in session.scalars(_candidates(is_local=is_local, now=now)).all():
        operation = session.scalar(_locked(operation_id))
        if operation is None or operation.state is not OperationState.RUNNING:
            continue
        targets = _take(session, operation, owner=owner, room=room, now=now)
        if targets:
            return Claim(operation, targets)
    return None


def mark_sending(session: Session, ids: Collection[int], *, owner: str, now: datetime) -> set[int]:
    """Note that these phones are about to be asked, and return those that the worker still has.

    Whom this does not name must not be asked: the lease has run out, and another may have it.
    """
    marked = (
        update(OperationTarget)
        .where(
            OperationTarget.id.in_(ids),
            OperationTarget.state == TargetState.CLAIMED,
            OperationTarget.owner == owner,
        )
        .values(state=TargetState.SENDING, sent_at=now, lease_until=now + LEASE, changed_at=now)
        .returning(OperationTarget.id)
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(marked))


def watch_files(session: Session, macs: Collection[str]) -> set[str]:
    """Have the phone API note when these phones fetch their files, and return those that have one."""
    keys = {stored_files.key_of(name_for(mac)): mac for mac in macs}
    watched = (
        update(ConfigFile)
        .where(ConfigFile.name_key.in_(keys))
        .values(is_watched=True)
        .returning(ConfigFile.name_key)
        .execution_options(synchronize_session=False)
    )
    return {keys[key] for key in session.scalars(watched)} if keys else set()


def give_back(session: Session, *, owner: str, now: datetime) -> None:
    """Let targets wait again that a worker which ends has, and of which nothing was asked."""
    session.execute(
        update(OperationTarget)
        .where(OperationTarget.state == TargetState.CLAIMED, OperationTarget.owner == owner)
        .values(
            state=TargetState.WAITING,
            owner=_NOBODY,
            lease_until=None,
            attempts=OperationTarget.attempts - 1,
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def find_abandoned(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the targets whose worker has not been heard of for the time of its lease."""
    return session.scalars(select(OperationTarget.id).where(_is_abandoned(now))).all()


def take_back(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Let abandoned targets wait again that were not asked yet; of the others say that nobody knows; how many.

    A phone that may be asked twice without harm is asked again, a few times.
    """
    if not ids:
        return 0
    rows = session.execute(
        select(OperationTarget, Operation)
        .join(Operation, OperationTarget.operation_id == Operation.id)
        .where(OperationTarget.id.in_(ids), _is_abandoned(now))
        .with_for_update(of=OperationTarget, skip_locked=True)
    ).all()
    for target, operation in rows:
        _take_back(target, operation, now)
    session.flush()
    return len(rows)


def _candidates(*, is_local: bool, now: datetime) -> Select[int]:
    has_waiting = (
        select(OperationTarget.id)
        .where(
            OperationTarget.operation_id == Operation.id,
            OperationTarget.state == TargetState.WAITING,
            OperationTarget.wave <= Operation.open_wave,
        )
        .exists()
    )
    actions = [action for action, kind in KINDS.items() if kind.is_local is is_local]
    return (
        select(Operation.id)
        .where(
            Operation.state == OperationState.RUNNING,
            Operation.action.in_(actions),
            (Operation.next_batch_at <= now) | (Operation.left_in_batch > 0),
            has_waiting,
        )
        .order_by(Operation.last_served_at, Operation.id)
    )


def _locked(operation_id: int) -> Select[Operation]:
    wanted = select(Operation).where(Operation.id == operation_id).with_for_update(skip_locked=True)
    return wanted.execution_options(populate_existing=True)


def is_anything_due(session: Session, *, is_local: bool, now: datetime) -> bool:
    """Whether it is worth while to claim; only reads."""
    return session.scalar(_candidates(is_local=is_local, now=now).limit(1)) is not None


def _take(
    session: Session, operation: Operation, *, owner: str, room: int, now: datetime
) -> Sequence[tuple[int, str]]:
    pace, beat = pace_of(operation), Beat(operation.next_batch_at, operation.left_in_batch)
    in_flight = 0 if pace.delay else _count_in_flight(session, operation.id)
    number = min(may_begin(pace, beat, in_flight=in_flight, now=now), room)
    if number < 1:
        return ()
    next_ones = (
        select(OperationTarget.id)
        .where(
            OperationTarget.operation_id == operation.id,
            OperationTarget.state == TargetState.WAITING,
            OperationTarget.wave <= operation.open_wave,
        )
        .order_by(OperationTarget.wave, OperationTarget.id)
        .limit(number)
    )
    ids = session.scalars(next_ones).all()
    taken = session.execute(
        update(OperationTarget)
        .where(OperationTarget.id.in_(ids))
        .values(
            state=TargetState.CLAIMED,
            owner=owner,
            lease_until=now + LEASE,
            attempts=OperationTarget.attempts + 1,
            changed_at=now,
        )
        .returning(OperationTarget.id, OperationTarget.key)
        .execution_options(synchronize_session=False)
    )
    targets = sorted((target_id, key) for target_id, key in taken)
    following = after_beginning(pace, beat, len(targets), now=now)
    operation.next_batch_at, operation.left_in_batch = following.next_batch_at, following.left_in_batch
    operation.last_served_at = now
    session.flush()
    return targets


def _count_in_flight(session: Session, operation_id: int) -> int:
    in_flight = select(func.count()).where(
        OperationTarget.operation_id == operation_id, OperationTarget.state.in_(IN_FLIGHT)
    )
    return session.scalar(in_flight) or 0


def _is_abandoned(now: datetime) -> ColumnElement[bool]:
    return OperationTarget.state.in_(IN_FLIGHT) & (OperationTarget.lease_until < now)


def _take_back(target: OperationTarget, operation: Operation, now: datetime) -> None:
    kind = KINDS[operation.action]
    may_be_told = target.state is TargetState.SENDING and not kind.is_repeatable
    target.owner, target.lease_until, target.changed_at = _NOBODY, None, now
    if may_be_told:
        target.state, target.reason = TargetState.SENT, _SENDING_UNKNOWN
        if kind.proof is not Proof.NONE:
            target.confirm_by = now + timedelta(seconds=operation.patience_seconds)
    elif target.attempts < MOST_ATTEMPTS:
        target.state = TargetState.WAITING
    else:
        target.state = TargetState.FAILED
        target.reason = f"The process that had it ended {MOST_ATTEMPTS} times."
