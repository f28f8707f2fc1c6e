"""Actions handed to phones in the answer to their next report (protocol 6)."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.models import OperationTarget, PendingAction
from app.models.enums import TargetState

LIFETIME = timedelta(days=1)
MOST_WAITING = 3

RESET: Mapping[str, Any] = {"cmd": "reset"}


def add(
    session: Session,
    mac: str,
    request: Mapping[str, Any],
    *,
    asked_by: str,
    tenant_id: int | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> PendingAction:
    """Queue an action for a phone; of more than three that wait the oldest is dropped, as phones expect."""
    action = PendingAction(
        mac=mac,
        request=dict(request),
        asked_by=asked_by[:100],
        tenant_id=tenant_id,
        created_at=now,
        expires_at=expires_at or now + LIFETIME,
    )
    session.add(action)
    session.flush()
    waiting = session.scalars(_waiting([mac], now).order_by(PendingAction.id.desc()).offset(MOST_WAITING))
    for superseded in waiting.all():
        session.delete(superseded)
    return action


def hand_over(session: Session, waiting: Collection[int], *, now: datetime) -> dict[str, list[str]]:
    """Return these waiting actions by phone, oldest first, each as a string of JSON; each is given out once."""
    if not waiting:
        return {}
    # Of two processes that read the same action, the second finds it given out and gets nothing.
    given = session.execute(
        update(PendingAction)
        .where(PendingAction.id.in_(waiting), PendingAction.handed_over_at.is_(None))
        .values(handed_over_at=now)
        .returning(PendingAction.id, PendingAction.mac, PendingAction.request)
        .execution_options(synchronize_session=False)
    )
    requests: dict[str, list[str]] = defaultdict(list)
    for _, mac, request in sorted(given.all()):
        requests[mac].append(json.dumps(request))
    return dict(requests)


def find_old(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the ids of actions that expired or were handed over a day ago, and that no operation asks about."""
    is_old = (PendingAction.expires_at <= now) | (PendingAction.handed_over_at <= now - LIFETIME)
    asked_about = (
        select(OperationTarget.id)
        .where(
            OperationTarget.pending_action_id == PendingAction.id, OperationTarget.state == TargetState.QUEUED
        )
        .exists()
    )
    return session.scalars(select(PendingAction.id).where(is_old, ~asked_about)).all()


def withdraw(session: Session, ids: Collection[int]) -> set[int]:
    """Delete those of these actions that were not handed over, and return them."""
    withdrawn = (
        delete(PendingAction)
        .where(PendingAction.id.in_(ids), PendingAction.handed_over_at.is_(None))
        .returning(PendingAction.id)
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(withdrawn)) if ids else set()


def drop(session: Session, ids: Collection[int]) -> int:
    """Delete actions that are past, which nothing brings back; return how many there were."""
    result: Any = session.execute(delete(PendingAction).where(PendingAction.id.in_(ids)))
    return int(result.rowcount)


def _waiting(macs: Collection[str], now: datetime) -> Any:
    return select(PendingAction).where(
        PendingAction.mac.in_(macs), PendingAction.handed_over_at.is_(None), PendingAction.expires_at > now
    )
