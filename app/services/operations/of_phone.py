"""What was asked of one phone last, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Operation, OperationTarget
from app.models.enums import Action, Subject, TargetState, Way
from app.rules.target_states import ENDED

_NEWEST = 500
"""Operations that are looked into: targets are found by operation and key, and have no index by key alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """One target of an operation; ``confirm_by`` is until when its confirmation is waited for."""

    operation_id: int
    action: Action
    created_by: str
    state: TargetState
    reason: str
    way: Way | None
    changed_at: datetime
    confirm_by: datetime | None

    @property
    def goes_on(self) -> bool:
        """Whether more will come of it."""
        if self.state is TargetState.SENT:
            return self.confirm_by is not None
        return self.state not in ENDED


def find_latest(session: Session, mac: str) -> Latest | None:
    """Return what the newest operation that has this phone among its targets came to, or None."""
    newest = (
        select(Operation.id)
        .where(Operation.subject == Subject.DEVICES)
        .order_by(Operation.id.desc())
        .limit(_NEWEST)
    )
    found = session.execute(
        select(
            OperationTarget.operation_id, Operation.action, Operation.created_by, OperationTarget.state,
            OperationTarget.reason, OperationTarget.way, OperationTarget.changed_at, OperationTarget.confirm_by,
        )
        .join(Operation, OperationTarget.operation_id == Operation.id)
        .where(OperationTarget.operation_id.in_(newest), OperationTarget.key == mac)
        .order_by(OperationTarget.operation_id.desc())
        .limit(1)
    ).first()  # fmt: skip
    return Latest(**found._mapping) if found else None
