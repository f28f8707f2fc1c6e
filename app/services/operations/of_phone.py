"""What was asked of one phone, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Operation, OperationTarget
from app.models.enums import Action, Subject, TargetState, Way
from app.rules.target_states import ENDED


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
    return next(iter(read(session, [mac], most=1)), None)


def read(session: Session, macs: Collection[str], *, before: int = 0, most: int) -> Sequence[Latest]:
    """Return what operations asked of a phone and those that it replaced, the newest first.

    They are those with ids below ``before``, where it is given.
    """
    wanted = (
        select(
            OperationTarget.operation_id, Operation.action, Operation.created_by, OperationTarget.state,
            OperationTarget.reason, OperationTarget.way, OperationTarget.changed_at, OperationTarget.confirm_by,
        )
        .join(Operation, OperationTarget.operation_id == Operation.id)
        .where(OperationTarget.key.in_(macs), Operation.subject == Subject.DEVICES)
        .order_by(OperationTarget.operation_id.desc())
        .limit(most)
    )  # fmt: skip
    if before:
        wanted = wanted.where(OperationTarget.operation_id < before)
    return [Latest(**row._mapping) for row in session.execute(wanted)]
