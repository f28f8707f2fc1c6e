"""Rolling back: a second operation, linked to the first, that gives each changed phone what it had before."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from app.database import table_of
from app.errors import ConflictError
from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, TargetState
from app.rules.actions import KINDS
from app.rules.target_states import IN_FLIGHT
from app.services import journal
from app.services.author import Author
from app.services.operations import steering
from app.services.operations.gates import GATE

_BEING_ASKED = (*IN_FLIGHT, TargetState.QUEUED)


def find_roll_back(session: Session, operation_id: int) -> int | None:
    """Return the id of the operation that rolls this one back, or None."""
    return session.scalar(select(Operation.id).where(Operation.undoes_id == operation_id).limit(1))


def count_changed(session: Session, operation_id: int) -> int:
    """Count the phones that an operation has changed, and that can have back what they had."""
    changed = select(func.count()).where(
        OperationTarget.operation_id == operation_id, OperationTarget.before.is_not(None)
    )
    return session.scalar(changed) or 0


def may_roll_back(operation: Operation) -> bool:
    """Whether an operation is one that can be rolled back now, if it has changed something."""
    return operation.undoes_id is None and operation.state is not OperationState.RUNNING


def roll_back(session: Session, operation_id: int, *, author: Author, now: datetime) -> Operation:
    """Begin the operation that gives back what this one changed.

    ConflictError while it runs or phones are being asked, where it is rolled back already or is a roll back itself, and
    where it has changed nothing.
    """
    operation = steering.get_own(session, operation_id)
    if operation.undoes_id is not None:
        raise ConflictError("This operation is a roll back itself; begin the first one anew instead.")
    if operation.state is OperationState.RUNNING:
        raise ConflictError("The operation runs; pause it before it is rolled back.")
    if find_roll_back(session, operation.id) is not None:
        raise ConflictError("The operation was rolled back already.")
    if session.scalar(select(_are_being_asked(operation.id))):
        raise ConflictError("Some of its phones are being asked at this moment; try again in a minute.")
    return _begin(session, operation, author=author, now=now)


def find_due(session: Session) -> Sequence[int]:
    """Return roll-outs that their gates stopped and that roll back by themselves, once no phone is being asked."""
    undo = aliased(Operation)
    return session.scalars(
        select(Operation.id).where(
            Operation.state == OperationState.HALTED,
            Operation.gate["rolls_back"].as_boolean(),
            ~select(undo.id).where(undo.undoes_id == Operation.id).exists(),
            ~_are_being_asked(Operation.id),
            select(OperationTarget.id)
            .where(OperationTarget.operation_id == Operation.id, OperationTarget.before.is_not(None))
            .exists(),
        )
    ).all()


def begin_due(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Begin to roll these back, unless somebody has done something about them meanwhile; return how many."""
    locked = select(Operation).where(Operation.id.in_(ids)).with_for_update(skip_locked=True)
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    due = set(find_due(session))
    begun = [operation for operation in found if operation.id in due]
    for operation in begun:
        _begin(session, operation, author=GATE, now=now)
    return len(begun)


def _begin(session: Session, operation: Operation, *, author: Author, now: datetime) -> Operation:
    number = count_changed(session, operation.id)
    if not number:
        raise ConflictError("The operation has changed no phone, so there is nothing to roll back.")
    undo = Operation(
        action=operation.action,
        subject=operation.subject,
        options={},
        batch_size=operation.batch_size,
        delay_seconds=operation.delay_seconds,
        patience_seconds=operation.patience_seconds,
        deadline_seconds=operation.deadline_seconds,
        state=OperationState.RUNNING,
        total=number,
        next_batch_at=now,
        last_served_at=now,
        undoes_id=operation.id,
        created_by=author.name[:100],
        created_from=author.address[:45],
        given_reason=author.reason,
        created_at=now,
    )
    session.add(undo)
    session.flush()
    _add_targets(session, operation, undo, now)
    journal.record(
        session,
        at=now,
        author=author,
        action="operation rolled back",
        subject=f"operation {operation.id}",
        text=(
            f"{author.name} began the operation {undo.id}, which rolls back the operation {operation.id} "
            f"({KINDS[operation.action].title}) for {number:,} phone{'' if number == 1 else 's'}."
        ),
        tenant_id=steering.tenant_of(session, operation),
    )
    return undo


def _add_targets(session: Session, operation: Operation, undo: Operation, now: datetime) -> None:
    """Take over the changed phones with one statement, and the version that each shall report again."""
    changed = table_of(OperationTarget)
    has_version = operation.action is Action.FIRMWARE
    columns: dict[str, Any] = {
        "operation_id": literal(undo.id),
        "tenant_id": changed.c.tenant_id,
        "key": changed.c.key,
        "label": changed.c.label,
        "wave": literal(0),
        "state": literal(TargetState.WAITING.value),
        "reason": literal(""),
        "attempts": literal(0),
        "owner": literal(""),
        "tries": literal(0),
        "expected_version": changed.c.version_before if has_version else literal(""),
        "version_before": literal(""),
        "finding": literal(""),
        "changed_at": literal(now, type_=changed.c.changed_at.type),
    }
    wanted = (
        select(*columns.values())
        .where(changed.c.operation_id == operation.id, changed.c.before.is_not(None))
        .order_by(changed.c.id)
    )
    session.execute(insert(changed).from_select(list(columns), wanted, include_defaults=False))


def _are_being_asked(operation_id: Any) -> ColumnElement[bool]:
    return (
        select(OperationTarget.id)
        .where(OperationTarget.operation_id == operation_id, OperationTarget.state.in_(_BEING_ASKED))
        .exists()
    )
