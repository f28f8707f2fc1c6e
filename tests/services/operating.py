"""What the tests of operations share: phones, an order, and a worker's steps."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Device, Operation, OperationTarget
from app.models.enums import Action, Subject, TargetState
from app.rules.pacing import Pace
from app.services.author import Author
from app.services.operations import calls, claiming, results, starting
from app.services.operations.calls import REAL_PHONES
from app.services.operations.claiming import Claim
from app.services.operations.results import Result
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen
from tests.factories import NOW, make_device, make_status

QUARTER = timedelta(minutes=15)
ALICE: Mapping[str, Any] = {"author": Author("alice", "192.0.2.1")}


def make_phones(session: Session, number: int, **fields: Any) -> list[Device]:
    """Add devices that have reported from their own addresses."""
    devices = [make_device(session, **fields) for _ in range(number)]
    for place, device in enumerate(devices):
        ip = f"10.1.{place // 250}.{place % 250 + 1}"
        make_status(session, device=device, ip=ip, external_ip=ip)
    return devices


def order(
    devices: list[Device], action: Action = Action.RESTART, *, batch: int = 5, delay: int = 0, **more: Any
) -> Order:
    """Return an order for devices."""
    chosen = Chosen(Subject.DEVICES, tuple(device.mac for device in devices))
    pace = Pace(batch, timedelta(seconds=delay))
    return Order(**{"action": action, "chosen": chosen, "pace": pace, "patience": QUARTER, **more})


def begin(session: Session, devices: list[Device], *arguments: Any, **more: Any) -> Operation:
    """Start an operation for devices."""
    return starting.start(session, order(devices, *arguments, **more), **ALICE, now=NOW)


def claim(
    session: Session, owner: str = "a worker", *, room: int = 100, is_local: bool = False, now=NOW
) -> Claim:
    """Claim what is due; there has to be something."""
    found = claiming.claim(session, owner=owner, room=room, is_local=is_local, now=now)
    assert found is not None
    return found


def ids_of(claimed: Claim) -> list[int]:
    """Return the ids of the targets of a claim."""
    return [target_id for target_id, _ in claimed.targets]


def states_of(session: Session, operation: Operation) -> list[TargetState]:
    """Return the states of an operation's targets in their order."""
    states = select(OperationTarget.state).where(OperationTarget.operation_id == operation.id)
    return list(session.scalars(states.order_by(OperationTarget.id)))


def targets_of(session: Session, operation: Operation) -> list[OperationTarget]:
    """Return an operation's targets in their order, as the database has them."""
    wanted = (
        select(OperationTarget)
        .where(OperationTarget.operation_id == operation.id)
        .order_by(OperationTarget.id)
    )
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def restarts_of(session: Session) -> list[tuple[str, str, int | None]]:
    """Return which phones are asked to restart, by whom, and in which tenant."""
    restarts = select(OperationTarget.key, Operation.created_by, OperationTarget.tenant_id)
    found = restarts.join(Operation, OperationTarget.operation_id == Operation.id)
    rows = session.execute(found.where(Operation.action == Action.RESTART).order_by(OperationTarget.id))
    return [(key, by, tenant_id) for key, by, tenant_id in rows]


def sent(session: Session, devices: list[Device], action: Action = Action.RESTART, **more: Any) -> Operation:
    """Return an operation whose phones were all asked at NOW."""
    operation = begin(session, devices, action, batch=100, **more)
    claimed = claim(session)
    calls.prepare(session, claimed, REAL_PHONES, now=NOW)
    ids = ids_of(claimed)
    claiming.mark_sending(session, ids, owner="a worker", now=NOW)
    asked = [Result(one, TargetState.SENT) for one in ids]
    results.record(session, operation, asked, owner="a worker", now=NOW)
    return operation
