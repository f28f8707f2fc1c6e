"""What administrators answered in the wizard of a tenant, kept so that another one goes on where they left."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import Decision, SetupProgress, Tenant
from app.models.enums import Train
from app.services import journal
from app.services.author import Author


class Step(StrEnum):
    """The steps in their order, by the words of their addresses."""

    SYSTEM_TYPE = "system-type"
    ZERO_TOUCH = "zero-touch"
    TENANT = "tenant"
    CONFIGURATION = "configuration"
    TEMPLATES = "templates"
    FIRMWARE = "firmware"
    DHCP_OPTION = "dhcp-option"
    FIRST_PHONE = "first-phone"


class Settled(StrEnum):
    """How a step was left that leaves no trace of its own."""

    ANSWERED = "answered"
    SKIPPED = "skipped"


TITLES = {
    Step.SYSTEM_TYPE: "System type",
    Step.ZERO_TOUCH: "Zero Touch",
    Step.TENANT: "Tenant and network",
    Step.CONFIGURATION: "Tenant configuration",
    Step.TEMPLATES: "Templates mapping",
    Step.FIRMWARE: "Firmware",
    Step.DHCP_OPTION: "DHCP option",
    Step.FIRST_PHONE: "First phone",
}


def find(session: Session, tenant: Tenant) -> SetupProgress | None:
    """Return what was answered for a tenant, None where nobody began."""
    return session.scalar(select(SetupProgress).where(SetupProgress.tenant_id == tenant.id))


def find_tenant(session: Session, tenant_id: int) -> Tenant:
    """Return a tenant that the account sees, or raise NotFoundError."""
    tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id))
    if tenant is None:
        raise NotFoundError("There is no such tenant, or none that your account may see.")
    return tenant


def tenant_to_go_on_with(session: Session) -> Tenant | None:
    """Return the tenant whose wizard was answered last, else the default, else the first; None where none is seen."""
    answered = (
        select(Tenant)
        .join(SetupProgress, SetupProgress.tenant_id == Tenant.id)
        .order_by(SetupProgress.changed_at.desc(), SetupProgress.id.desc())
    )
    by_rank = select(Tenant).order_by(Tenant.is_default.desc(), Tenant.name_key)
    return session.scalar(answered.limit(1)) or session.scalar(by_rank.limit(1))


def choose_train(session: Session, tenant: Tenant, train: Train, *, author: Author, now: datetime) -> None:
    """Say which system the tenant's phones belong to."""
    words = "Skype for Business" if train is Train.UC else "another system than Skype for Business"
    _change(session, tenant, f"is set up for {words}", author, now, train=train)


def choose_zero_touch(
    session: Session, tenant: Tenant, *, is_zero_touch: bool, author: Author, now: datetime
) -> None:
    """Say whether phones come in by themselves."""
    words = "come in by themselves" if is_zero_touch else "wait until they are approved"
    _change(session, tenant, f"is set up so that phones {words}", author, now, is_zero_touch=is_zero_touch)


def choose_models(
    session: Session, tenant: Tenant, model_ids: list[int], *, author: Author, now: datetime
) -> None:
    """Say which phone models the tenant has."""
    _change(session, tenant, f"is set up for {len(model_ids)} phone models", author, now, model_ids=model_ids)


def settle(
    session: Session, tenant: Tenant, step: Step, how: Settled, *, author: Author, now: datetime
) -> None:
    """Say that a step was answered or skipped."""
    before = find(session, tenant)
    settled = {**(before.settled if before else {}), step.value: how.value}
    _change(session, tenant, f"had the step '{TITLES[step]}' {how}", author, now, settled=settled)


def begin_to_wait(session: Session, tenant: Tenant, *, author: Author, now: datetime) -> None:
    """Wait for the first phone from now on; what came before does not count."""
    latest = session.scalar(select(func.max(Decision.id))) or 0
    _change(
        session, tenant, "waits for its first phone", author, now, waiting_since=now, waiting_after=latest
    )


def carry_over(session: Session, source: Tenant, target: Tenant, *, author: Author, now: datetime) -> None:
    """Let a tenant whose wizard was not begun begin with the first two answers of another one."""
    answered = find(session, source)
    if answered is None or find(session, target) is not None:
        return
    kept = {"train": answered.train, "is_zero_touch": answered.is_zero_touch}
    _change(session, target, f"is set up as {source.name} was", author, now, **kept)


def _change(
    session: Session, tenant: Tenant, told: str, author: Author, now: datetime, **columns: Any
) -> None:
    # Of two who begin at the same moment the second finds the row of the first.
    session.execute(select(Tenant.id).where(Tenant.id == tenant.id).with_for_update())
    row = find(session, tenant)
    if row is None:
        row = SetupProgress(tenant_id=tenant.id, model_ids=[], settled={})
        session.add(row)
    elif all(getattr(row, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(row, name, value)
    row.changed_at, row.changed_by = now, author.name[:100]
    session.flush()
    journal.record(
        session,
        at=now,
        author=author,
        action="setup wizard answered",
        subject=tenant.name,
        text=f"{author.name}: the tenant {tenant.name} {told}.",
        tenant_id=tenant.id,
    )
