"""How far each step is: by what is in the database, whichever page put it there, else by what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, SetupProgress, Site, Tenant
from app.models.enums import Train
from app.services.setup_wizard import models, progress, tenant_values
from app.services.setup_wizard.models import ModelInUse
from app.services.setup_wizard.progress import TITLES, Settled, Step

SKIPPABLE = frozenset({Step.CONFIGURATION, Step.TEMPLATES, Step.FIRMWARE})


class State(StrEnum):
    """How far a step is."""

    DONE = "done"
    IN_PROGRESS = "in progress"
    SKIPPED = "skipped"
    TO_DO = "to do"


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in the list at the left; ``note`` says in a few words what there is of it."""

    step: Step
    state: State
    note: str

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.step]


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one tenant; ``train`` is what was answered, and Skype for Business until then (manual 4)."""

    tenant: Tenant
    answered: SetupProgress | None
    train: Train
    models: Sequence[ModelInUse]
    lines: Sequence[StepLine]

    @property
    def next_step(self) -> Step:
        """The first step that wants something; the last one where none does."""
        open_steps = (line.step for line in self.lines if line.state in {State.TO_DO, State.IN_PROGRESS})
        return next(open_steps, Step.FIRST_PHONE)


def before(step: Step) -> Step | None:
    """Return the step before this one."""
    steps = list(Step)
    return steps[steps.index(step) - 1] if step is not steps[0] else None


def after(step: Step) -> Step | None:
    """Return the step after this one."""
    steps = list(Step)
    return steps[steps.index(step) + 1] if step is not steps[-1] else None


def read(session: Session, tenant: Tenant) -> Course:
    """Return how far the wizard of a tenant is."""
    answered = progress.find(session, tenant)
    train = (answered.train if answered else None) or Train.UC
    used = models.in_use(session, tenant, answered, train)
    settled = answered.settled if answered else {}
    told = {
        Step.SYSTEM_TYPE: _system_type(answered),
        Step.ZERO_TOUCH: _zero_touch(answered),
        Step.TENANT: _tenant(session, tenant, settled),
        Step.CONFIGURATION: _configuration(session, tenant, settled),
        Step.TEMPLATES: _templates(used),
        Step.FIRMWARE: _firmware(session, used),
    }
    phones = _count_phones(session, tenant)
    told[Step.DHCP_OPTION] = _dhcp_option(answered, phones)
    told[Step.FIRST_PHONE] = _first_phone(answered, phones)
    lines = [
        StepLine(step, _with_skipped(state, settled.get(step)), note) for step, (state, note) in told.items()
    ]
    return Course(tenant, answered, train, used, lines)


_Told: TypeAlias = tuple[State, str]


def _with_skipped(state: State, how: str | None) -> State:
    return State.SKIPPED if how == Settled.SKIPPED and state is not State.DONE else state


def _system_type(answered: SetupProgress | None) -> _Told:
    if answered is None or answered.train is None:
        return State.TO_DO, ""
    return State.DONE, "Skype for Business" if answered.train is Train.UC else "Another system"


def _zero_touch(answered: SetupProgress | None) -> _Told:
    if answered is None or answered.is_zero_touch is None:
        return State.TO_DO, ""
    return State.DONE, "Yes" if answered.is_zero_touch else "No, phones are approved"


def _tenant(session: Session, tenant: Tenant, settled: dict[str, str]) -> _Told:
    with_subnet = select(func.count()).where(Site.tenant_id == tenant.id, Site.subnet.is_not(None))
    sites = session.scalar(with_subnet) or 0
    note = ", ".join(
        part for part in (tenant.name, tenant.subnet, _number(sites, "site") if sites else "") if part
    )
    is_done = bool(tenant.subnet or sites or settled.get(Step.TENANT))
    return State.DONE if is_done else State.TO_DO, note


def _configuration(session: Session, tenant: Tenant, settled: dict[str, str]) -> _Told:
    values = tenant_values.count(session, tenant)
    if values:
        return State.DONE, _number(values, "value")
    if settled.get(Step.CONFIGURATION) == Settled.ANSWERED:
        return State.DONE, "As System Settings say"
    return State.TO_DO, ""


def _templates(used: Sequence[ModelInUse]) -> _Told:
    if not used:
        return State.TO_DO, ""
    without = [model.name for model in used if model.template is None]
    if without:
        return State.IN_PROGRESS, f"None for {', '.join(without[:3])}{' …' if len(without) > 3 else ''}"
    return State.DONE, _number(len(used), "model")


def _firmware(session: Session, used: Sequence[ModelInUse]) -> _Told:
    if not used:
        return State.TO_DO, ""
    files = models.firmware_of(session, [model.name for model in used])
    there = sum(file.firmware is not None for file in files)
    if there == len(files):
        return State.DONE, "For every model"
    return State.IN_PROGRESS if there else State.TO_DO, f"{there} of {_number(len(files), 'model')}"


def _dhcp_option(answered: SetupProgress | None, phones: int) -> _Told:
    if phones:
        return State.DONE, "Phones come"
    return (State.DONE, "Pasted") if answered and answered.waiting_since else (State.TO_DO, "")


def _first_phone(answered: SetupProgress | None, phones: int) -> _Told:
    if phones:
        return State.DONE, _number(phones, "phone")
    return (State.IN_PROGRESS, "Waiting") if answered and answered.waiting_since else (State.TO_DO, "")


def _count_phones(session: Session, tenant: Tenant) -> int:
    counted = select(func.count(DeviceStatus.mac)).where(DeviceStatus.tenant_id == tenant.id)
    return session.scalar(counted) or 0


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
