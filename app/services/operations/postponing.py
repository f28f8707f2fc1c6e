"""Phones that are not there when their turn comes: put off with a back-off, until they are back or the deadline.

A phone that is disconnected is not called, and nothing of it is changed. One whose pages cannot be reached is called
again; once it has reported and still cannot be called, it is told in the answer to its next report.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.models import DeviceSeen, DeviceStatus, Operation, OperationTarget
from app.models.enums import OperationState, Status, TargetState
from app.models.operation import MAX_REASON
from app.rules.postponing import next_try
from app.rules.target_states import sources_of
from app.services import pending_actions
from app.services.operations import results

_NEVER_REPORTED = "It has never reported."
_DISCONNECTED = "It is disconnected."
_AT_MOST = 5_000


def why_absent(status: DeviceStatus | None) -> str:
    """Return why a phone is taken not to be there, or nothing where it is."""
    return _absence(status.status if status else None)


def put_off(
    session: Session, operation: Operation, reasons: Mapping[int, str], *, owner: str, now: datetime
) -> None:
    """Postpone targets that a worker has, by their ids, and say why; whose deadline is over has failed."""
    for target in _held(session, reasons, owner):
        _postpone(target, operation, reasons[target.id], now)
    session.flush()


def put_off_or_queue(
    session: Session, operation: Operation, reasons: Mapping[int, str], *, owner: str, now: datetime
) -> None:
    """Decide about phones that could not be called, by the ids of their targets, and why they could not.

    Where the operation tries phones again, such a phone is called again later, unless it has reported since it was
    put off: then it is there, and calls do not reach it. It is told in the answer to its next report, as is every
    phone of an operation that does not try again.
    """
    postponed: set[int] = set()
    if operation.deadline_seconds is not None:
        held = _held(session, reasons, owner)
        back = _reported_since(session, held)
        postponed = {target.id for target in held if target.id not in back}
    put_off(
        session,
        operation,
        {target_id: reason for target_id, reason in reasons.items() if target_id in postponed},
        owner=owner,
        now=now,
    )
    queued = {target_id: reason for target_id, reason in reasons.items() if target_id not in postponed}
    if queued:
        request = results.request_for(operation.action, operation.options)
        results.queue(session, operation, queued, request, owner=owner, now=now)


def find_due(session: Session, *, now: datetime) -> Sequence[int]:
    """Return targets of running operations that are to be put off, tried again, or given up; only reads."""
    is_absent = or_(DeviceStatus.status.is_(None), DeviceStatus.status == Status.DISCONNECTED)
    is_back = and_(~is_absent, DeviceSeen.seen_at > OperationTarget.put_off_at)
    has_begun = or_(
        Operation.next_batch_at <= now,
        Operation.left_in_batch > 0,
        Operation.last_served_at > Operation.created_at,
    )
    due = or_(
        and_(
            OperationTarget.state == TargetState.POSTPONED,
            or_(OperationTarget.next_try_at <= now, OperationTarget.try_until <= now, is_back),
        ),
        and_(OperationTarget.state == TargetState.QUEUED, DeviceStatus.status == Status.DISCONNECTED),
        and_(
            OperationTarget.state == TargetState.WAITING, Operation.undoes_id.is_(None), has_begun, is_absent
        ),
    )
    # The first two conditions repeat what follows from the rest, for the index.
    wanted = _with_phones(select(OperationTarget.id)).where(
        OperationTarget.state.in_((TargetState.POSTPONED, TargetState.QUEUED, TargetState.WAITING)),
        OperationTarget.wave <= Operation.open_wave,
        due,
    )
    return session.scalars(wanted.order_by(OperationTarget.id).limit(_AT_MOST)).all()


def follow_up(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Put these targets off, let them wait for their turn again, or give them up; return how many changed."""
    rows = session.execute(
        _with_phones(select(OperationTarget, Operation, DeviceStatus.status, DeviceSeen.seen_at))
        .where(OperationTarget.id.in_(ids))
        .order_by(OperationTarget.id)
        .with_for_update(of=OperationTarget, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    changed = sum(_follow_up(session, row, now) for row in rows)
    session.flush()
    return changed


def _follow_up(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    target: OperationTarget = row.OperationTarget
    operation: Operation = row.Operation
    absent = _absence(row.status)
    match target.state:
        case TargetState.POSTPONED if target.try_until is not None and target.try_until <= now:
            _give_up(target, now)
        case TargetState.POSTPONED if absent and target.next_try_at is not None and target.next_try_at <= now:
            _postpone(target, operation, absent, now)
        case TargetState.POSTPONED if not absent and _is_due(target, row.seen_at, now):
            target.state, target.wave, target.changed_at = TargetState.WAITING, operation.open_wave, now
        case TargetState.QUEUED if row.status is Status.DISCONNECTED:
            if target.pending_action_id is not None:
                if not pending_actions.withdraw(session, [target.pending_action_id]):
                    return False
                target.pending_action_id = None
            target.confirm_by = target.sent_at = None
            _postpone(target, operation, absent, now)
        case TargetState.WAITING if absent and target.wave <= operation.open_wave:
            _postpone(target, operation, absent, now)
        case _:
            return False
    return True


def _absence(status: Status | None) -> str:
    if status is None:
        return _NEVER_REPORTED
    return _DISCONNECTED if status is Status.DISCONNECTED else ""


def _is_due(target: OperationTarget, seen_at: datetime | None, now: datetime) -> bool:
    has_reported = seen_at is not None and target.put_off_at is not None and seen_at > target.put_off_at
    return has_reported or (target.next_try_at is not None and target.next_try_at <= now)


def _postpone(target: OperationTarget, operation: Operation, reason: str, now: datetime) -> None:
    if target.state not in (*sources_of(TargetState.POSTPONED), TargetState.POSTPONED):
        return
    target.tries += 1
    if target.try_until is None:
        target.try_until = now + timedelta(seconds=operation.deadline_seconds or 0)
    target.state, target.reason, target.attempts = TargetState.POSTPONED, reason[:MAX_REASON], 0
    target.owner, target.lease_until, target.changed_at, target.put_off_at = "", None, now, now
    target.next_try_at = min(next_try(target.tries, now=now), target.try_until)
    if target.try_until <= now:
        _give_up(target, now)


def _give_up(target: OperationTarget, now: datetime) -> None:
    tries = f"It was tried {target.tries} time{'' if target.tries == 1 else 's'} until the deadline."
    target.state, target.reason = TargetState.FAILED, f"{target.reason} {tries}"[:MAX_REASON]
    target.next_try_at, target.changed_at = None, now


def _held(session: Session, ids: Collection[int], owner: str) -> Sequence[OperationTarget]:
    if not ids:
        return ()
    return session.scalars(
        select(OperationTarget)
        .where(
            OperationTarget.id.in_(ids),
            OperationTarget.owner == owner,
            OperationTarget.state.in_(sources_of(TargetState.POSTPONED)),
        )
        .order_by(OperationTarget.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _reported_since(session: Session, held: Sequence[OperationTarget]) -> set[int]:
    """Return those that were put off before and have reported since: there they are, and calls do not reach them."""
    tried = [target.id for target in held if target.tries]
    seen = (
        select(OperationTarget.id)
        .join(DeviceSeen, DeviceSeen.mac == OperationTarget.key)
        .where(OperationTarget.id.in_(tried), DeviceSeen.seen_at > OperationTarget.put_off_at)
    )
    return set(session.scalars(seen)) if tried else set()


def _with_phones(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(OperationTarget)
        .join(Operation, OperationTarget.operation_id == Operation.id)
        .outerjoin(DeviceStatus, DeviceStatus.mac == OperationTarget.key)
        .outerjoin(DeviceSeen, DeviceSeen.mac == OperationTarget.key)
        .where(Operation.state == OperationState.RUNNING, Operation.deadline_seconds.is_not(None))
    )
