"""Operations on the phones of a tenant: started as people start them, and what became of each phone."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.models import Operation, OperationTarget, Tenant
from app.models.enums import Action, OperationState, Subject, TargetState
from app.rules.pacing import Pace
from app.services.author import Author
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen, Wanted
from tests.flows.installation import Installation

PATIENCE = timedelta(minutes=2)


def start(ringmaster: Installation, tenant: Tenant, action: Action, batch: int) -> int:
    chosen = Chosen(Subject.DEVICES, (), (Wanted(tenant_name=tenant.name),))
    order = Order(action=action, chosen=chosen, pace=Pace(batch, timedelta(0)), patience=PATIENCE)
    with ringmaster.writing() as session:
        return starting.start(session, order, author=Author("alice"), now=datetime.now(UTC)).id


def outcome(ringmaster: Installation, operation_id: int) -> dict[str, tuple[TargetState, str]]:
    with ringmaster.reading() as session:
        rows = select(OperationTarget.key, OperationTarget.state, OperationTarget.reason)
        found = session.execute(rows.where(OperationTarget.operation_id == operation_id))
        return {key: (state, reason) for key, state, reason in found}


def is_finished(ringmaster: Installation, operation_id: int) -> bool:
    with ringmaster.reading() as session:
        return session.get_one(Operation, operation_id).state is OperationState.FINISHED
