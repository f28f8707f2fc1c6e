"""Approving the phones of a claim, before they are told to restart (manual, chapter 8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import RingmasterError
from app.models import Operation, OperationTarget
from app.models.enums import TargetState, VlanMode
from app.services import approval
from app.services.approval import ApprovalRequest
from app.services.operations.asker import asker_of
from app.services.operations.targets import GONE_ELSEWHERE, gone_elsewhere

_APPROVED: Mapping[str, Any] = {"approved": True}


def approve(
    session: Session, operation: Operation, macs: Sequence[str], *, now: datetime
) -> dict[str, tuple[TargetState, str]]:
    """Make these phones devices, and return those that cannot be, and why.

    Each has a savepoint of its own: one that cannot be approved does not hold up the others. One that the operation has
    approved before, and which is to be told once more to restart, is a device already. A target is its new tenant's,
    as its phone is.
    """
    author = asker_of(operation)
    elsewhere = gone_elsewhere(session, operation, macs)
    refused = dict.fromkeys(elsewhere, (TargetState.SKIPPED, GONE_ELSEWHERE))
    for target in _targets_to_approve(session, operation, sorted(set(macs) - elsewhere)):
        try:
            with session.begin_nested():
                wish = _request_for(operation.options, target.key)
                device = approval.make_device(session, target.key, wish, author=author, now=now)
        except RingmasterError as error:
            refused[target.key] = (TargetState.FAILED, str(error))
        else:
            target.before, target.tenant_id = dict(_APPROVED), device.tenant_id
    session.flush()
    return refused


def _targets_to_approve(
    session: Session, operation: Operation, macs: Sequence[str]
) -> Sequence[OperationTarget]:
    targets = select(OperationTarget).where(
        OperationTarget.operation_id == operation.id,
        OperationTarget.key.in_(macs),
        OperationTarget.before.is_(None),
    )
    return session.scalars(
        targets.order_by(OperationTarget.key).execution_options(populate_existing=True)
    ).all()


def _request_for(options: Mapping[str, Any], mac: str) -> ApprovalRequest:
    name, display_name = options.get("people", {}).get(mac, ("", ""))
    return ApprovalRequest(
        tenant_id=options["tenant_id"],
        site_id=options.get("site_id"),
        user_name=name,
        display_name=display_name,
        vlan_mode=VlanMode(options.get("vlan_mode", VlanMode.NONE)),
        vlan_id=options.get("vlan_id", 0),
        vlan_priority=options.get("vlan_priority", 0),
    )
