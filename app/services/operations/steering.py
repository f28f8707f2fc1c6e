"""What is done with an operation that there is: pause it, let it go on, try the failed ones again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, NotAllowedError
from app.models import Operation, OperationTarget
from app.models.enums import OperationState, TargetState
from app.rules.actions import KINDS
from app.services import journal, pending_actions
from app.services.author import Author
from app.services.operations import waves
from app.services.operations.reading import count_states, get_operation


def pause(session: Session, operation_id: int, *, author: Author, now: datetime) -> int:
    """Begin nothing more of an operation; return how many phones need not be told what they were to be told later.

    What has begun ends by itself.
    """
    operation = get_own(session, operation_id)
    if operation.state is not OperationState.RUNNING:
        raise ConflictError("The operation does not run, so there is nothing to pause.")
    operation.state, operation.paused_by = OperationState.PAUSED, author.name[:100]
    withdrawn = _withdraw(session, operation, now)
    _note(session, operation, "operation paused", "paused", author=author, now=now)
    return len(withdrawn)


def resume(session: Session, operation_id: int, *, author: Author, now: datetime) -> None:
    """Let an operation that was paused go on where it was; one that its gate stopped goes on in spite of the gate."""
    operation = get_own(session, operation_id)
    if operation.state not in (OperationState.PAUSED, OperationState.HALTED):
        raise ConflictError("The operation was not paused, so it cannot be resumed.")
    _check_is_not_rolled_back(session, operation)
    was_halted = operation.state is OperationState.HALTED
    if was_halted:
        waves.pass_over(session, operation, author=author, now=now)
    _run(operation, now)
    deed = "in spite of its gate resumed" if was_halted else "resumed"
    _note(session, operation, "operation resumed", deed, author=author, now=now)


def retry_failed(session: Session, operation_id: int, *, author: Author, now: datetime) -> int:
    """Let all targets that failed wait for their turn again; return how many."""
    operation = get_own(session, operation_id)
    _check_is_not_rolled_back(session, operation)
    retried: Any = session.execute(
        update(OperationTarget)
        .where(OperationTarget.operation_id == operation.id, OperationTarget.state == TargetState.FAILED)
        .values(_afresh(now))
        .execution_options(synchronize_session=False)
    )
    number = int(retried.rowcount)
    if not number:
        raise ConflictError("None of the operation's targets has failed, so there is nothing to try again.")
    waves.reopen(session, operation)
    _run(operation, now)
    text = f"tried {number:,} failed target{'' if number == 1 else 's'} again in"
    _note(session, operation, "operation retried", text, author=author, now=now)
    return number


def halt(session: Session, operation: Operation, *, by: str, now: datetime) -> None:
    """Begin nothing more of a roll-out, because of its gate; its row is locked."""
    operation.state, operation.paused_by = OperationState.HALTED, by
    _withdraw(session, operation, now)


def may_steer(session: Session, operation: Operation) -> bool:
    """Whether the account sees all targets of an operation: who sees a part of it may look, and no more."""
    return sum(count_states(session, operation.id).values()) == operation.total


def get_own(session: Session, operation_id: int) -> Operation:
    """Return an operation, locked, or raise NotFoundError or NotAllowedError."""
    get_operation(session, operation_id)
    operation = session.scalars(
        select(Operation)
        .where(Operation.id == operation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if not may_steer(session, operation):
        raise NotAllowedError(
            "The operation has targets of other tenants; only who sees them all may do this."
        )
    return operation


def tenant_of(session: Session, operation: Operation) -> int | None:
    """Return whose an entry of the journal about an operation is (``journal.tenant_of``)."""
    tenants = select(OperationTarget.tenant_id).where(OperationTarget.operation_id == operation.id).distinct()
    return journal.tenant_of(session, session.scalars(tenants))


def _check_is_not_rolled_back(session: Session, operation: Operation) -> None:
    undo = session.scalar(select(Operation.id).where(Operation.undoes_id == operation.id).limit(1))
    if undo is not None:
        raise ConflictError(
            f"The operation {undo} has rolled it back, so it cannot go on; begin it anew instead."
        )


def _run(operation: Operation, now: datetime) -> None:
    operation.state, operation.paused_by, operation.finished_at = OperationState.RUNNING, "", None
    operation.next_batch_at = max(operation.next_batch_at, now) if operation.delay_seconds else now


def _withdraw(session: Session, operation: Operation, now: datetime) -> Sequence[int]:
    """Take back what phones were to be told in the answer to their next report, and have them wait."""
    rows = session.execute(
        select(OperationTarget.pending_action_id, OperationTarget.id).where(
            OperationTarget.operation_id == operation.id, OperationTarget.state == TargetState.QUEUED
        )
    )
    queued = {action_id: target_id for action_id, target_id in rows if action_id is not None}
    withdrawn = [queued[action_id] for action_id in pending_actions.withdraw(session, list(queued))]
    session.execute(
        update(OperationTarget)
        .where(OperationTarget.id.in_(withdrawn), OperationTarget.state == TargetState.QUEUED)
        .values(_afresh(now))
        .execution_options(synchronize_session=False)
    )
    return withdrawn


def _afresh(now: datetime) -> dict[str, Any]:
    """Return the columns of a target that waits as on the first day."""
    return {
        "state": TargetState.WAITING, "reason": "", "way": None, "attempts": 0, "owner": "", "lease_until": None,
        "pending_action_id": None, "sent_at": None, "confirm_by": None, "changed_at": now, "tries": 0,
        "put_off_at": None, "next_try_at": None, "try_until": None, "finding": "",
    }  # fmt: skip


def _note(
    session: Session, operation: Operation, action: str, deed: str, *, author: Author, now: datetime
) -> None:
    title = KINDS[operation.action].title
    journal.record(
        session,
        at=now,
        author=author,
        action=action,
        subject=f"operation {operation.id}",
        text=f"{author.name} {deed} the operation {operation.id} ({title}).",
        tenant_id=tenant_of(session, operation),
    )
