"""What became of targets that a worker had, and the end of an operation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Operation, OperationTarget, OperationWave
from app.models.enums import Action, OperationState, TargetState, WaveState, Way
from app.models.operation import MAX_REASON
from app.rules.actions import KINDS, Proof
from app.rules.phone_calls import asked_by
from app.rules.target_states import sources_of
from app.services import journal, pending_actions
from app.services.author import Author

_TABLE = table_of(OperationTarget)
SCHEDULER = Author("the scheduler")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one target that a worker had."""

    target_id: int
    state: TargetState
    reason: str = ""
    way: Way | None = None


def record(
    session: Session, operation: Operation, results: Sequence[Result], *, owner: str, now: datetime
) -> None:
    """Keep what became of targets; of those that the worker no longer has, nothing.

    What was sent is confirmed by the phone within the operation's patience; where nothing can confirm it, the target
    has ended with it.
    """
    if not results:
        return
    confirm_by = now + timedelta(seconds=operation.patience_seconds)
    has_proof = KINDS[operation.action].proof is not Proof.NONE
    rows = [
        {
            "target": result.target_id,
            "new_state": result.state,
            "new_reason": result.reason[:MAX_REASON],
            "new_way": result.way,
            "new_confirm_by": confirm_by if has_proof and result.state is TargetState.SENT else None,
        }
        for result in results
    ]
    for state in {result.state for result in results}:
        changed = (
            update(_TABLE)
            .where(
                _TABLE.c.id == bindparam("target"),
                _TABLE.c.owner == owner,
                or_(*(_TABLE.c.state == source for source in sources_of(state))),
            )
            .values(
                state=bindparam("new_state"),
                reason=bindparam("new_reason"),
                way=bindparam("new_way"),
                confirm_by=bindparam("new_confirm_by"),
                owner="",
                lease_until=None,
                changed_at=now,
            )
        )
        session.connection().execute(changed, [row for row in rows if row["new_state"] is state])


def queue(
    session: Session,
    operation: Operation,
    reasons: Mapping[int, str],
    request: Mapping[str, Any] | None,
    *,
    owner: str,
    now: datetime,
) -> None:
    """Have phones told in the answer to their next reports, and say why that way; ids of targets to the reasons.

    Without a request the report itself is what is waited for. Each is told at most once, and not later than the
    operation's patience lasts, or than it tries phones that are not there.
    """
    waits = max(operation.patience_seconds, operation.deadline_seconds or 0)
    expires_at = now + timedelta(seconds=waits)
    held = session.scalars(
        select(OperationTarget)
        .where(
            OperationTarget.id.in_(reasons),
            OperationTarget.owner == owner,
            OperationTarget.state.in_(sources_of(TargetState.QUEUED)),
        )
        .order_by(OperationTarget.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for target in held:
        if request is not None:
            action = pending_actions.add(
                session, target.key, request,
                asked_by=operation.created_by, tenant_id=target.tenant_id, now=now, expires_at=expires_at,
            )  # fmt: skip
            target.pending_action_id = action.id
        target.state, target.way, target.reason = (
            TargetState.QUEUED,
            Way.KEEP_ALIVE,
            reasons[target.id][:MAX_REASON],
        )
        target.sent_at, target.confirm_by = now, expires_at
        target.owner, target.lease_until, target.changed_at = "", None, now
    session.flush()


def find_ended(session: Session) -> Sequence[int]:
    """Return the operations that run and have nothing left to do or to wait for."""
    return session.scalars(
        select(Operation.id).where(
            Operation.state == OperationState.RUNNING, ~_has_something_left(), ~_has_open_gate()
        )
    ).all()


def finish(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """End operations that have nothing left; how many there were."""
    ended = (
        update(Operation)
        .where(
            Operation.id.in_(ids),
            Operation.state == OperationState.RUNNING,
            ~_has_something_left(),
            ~_has_open_gate(),
        )
        .values(state=OperationState.FINISHED, finished_at=now)
        .returning(Operation.id)
        .execution_options(synchronize_session=False)
    )
    finished = session.scalars(ended).all()
    for operation in session.scalars(
        select(Operation).where(Operation.id.in_(finished)).order_by(Operation.id)
    ):
        tenants = (
            select(OperationTarget.tenant_id).where(OperationTarget.operation_id == operation.id).distinct()
        )
        journal.record(
            session,
            at=now,
            author=replace(SCHEDULER, reason=operation.given_reason),
            action="operation finished",
            subject=f"operation {operation.id}",
            text=f"The operation {operation.id} ({KINDS[operation.action].title}) ended.",
            tenant_id=journal.tenant_of(session, session.scalars(tenants)),
        )
    return len(finished)


def _has_something_left() -> Any:
    is_unsettled = or_(
        OperationTarget.state.in_(
            (
                TargetState.WAITING,
                TargetState.CLAIMED,
                TargetState.SENDING,
                TargetState.QUEUED,
                TargetState.POSTPONED,
            )
        ),
        (OperationTarget.state == TargetState.SENT) & OperationTarget.confirm_by.is_not(None),
    )
    return (
        select(OperationTarget.id).where(OperationTarget.operation_id == Operation.id, is_unsettled).exists()
    )


def _has_open_gate() -> Any:
    """Whether a wave of a roll-out is still watched, though nothing of it may be left to do."""
    is_open = OperationWave.state.in_((WaveState.WAITING, WaveState.RUNNING, WaveState.WATCHED))
    return select(OperationWave.id).where(OperationWave.operation_id == Operation.id, is_open).exists()


def request_for(action: Action, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a phone is told in the answer to its report (docs/decisions/0034); None where that is enough."""
    match asked_by(action):
        case Action.RESTART:
            return (
                {"cmd": "reset", "force": True}
                if options.get("mode") == "force"
                else dict(pending_actions.RESET)
            )
        case Action.UPDATE:
            return {"cmd": "update_configuration"}
        case Action.FIRMWARE:
            return {"cmd": "update_firmware"}
        case Action.MESSAGE:
            return {"cmd": "message", "text": options["text"], "seconds": options["seconds"]}
        case _:
            return None
