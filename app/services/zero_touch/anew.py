"""What Zero Touch decides today for phones that are devices: as for a new phone, and with what operators pinned."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Device, DevicePin, DeviceStatus, PhoneModel
from app.models.enums import Approval, Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Pin
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.changes import Gets, Outcome, Wait
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.known import Reported
from app.rules.zero_touch.outcomes import (
    GivenFirmware,
    GivenTemplate,
    KeepsFirmware,
    PlacedIn,
    WaitsForTemplate,
)
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.stage_rules import FirstOfStage, StageRules
from app.rules.zero_touch.trace import Step
from app.services import status_rows
from app.services.config_files.sources import Sources
from app.services.status_rows import StatusRow
from app.services.zero_touch.asking import PhoneRules, known_of, reported_by
from app.services.zero_touch.decider import Choices, Kind, choose
from app.services.zero_touch.facts import Surroundings

_STATUS = table_of(DeviceStatus)


@dataclass(frozen=True, slots=True)
class Phone:
    """A device and what it last reported; ``row`` is empty where it never did. ``pins``: who pinned what, and when."""

    id: int
    mac: str
    model: str | None
    has: Gets
    row: StatusRow
    pins: Mapping[Stage, tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class Looked:
    """A phone, and what is known of it."""

    phone: Phone
    facts: Facts
    reported: Reported
    known: KnownFacts


@dataclass(frozen=True, slots=True)
class Anew:
    """What was decided for a phone, and from what; the steps are all there where rules were traced."""

    phone: Phone
    outcome: Outcome
    facts: Facts
    placement: Placement
    choices: Choices
    rules: PhoneRules

    @property
    def steps(self) -> tuple[Step, ...]:
        """How it came about."""
        return (*self.placement.steps, *self.choices.steps)

    @property
    def place(self) -> tuple[int | None, int | None]:
        """The tenant and the site that the phone gets."""
        return self.outcome.gets.tenant_id, self.outcome.gets.site_id


def read_phones(session: Session, which: ColumnElement[bool], now: datetime, *, most: int = 0) -> list[Phone]:
    """Return devices in the order of their ids, at most so many where it is not 0."""
    wanted = (
        select(
            Device.id, Device.mac, Device.tenant_id, Device.site_id, Device.template_id, Device.firmware_id,
            PhoneModel.name, *(column.label(f"status_{column.name}") for column in _STATUS.columns),
        )
        .outerjoin(PhoneModel, Device.phone_model_id == PhoneModel.id)
        .outerjoin(_STATUS, _STATUS.c.mac == Device.mac)
        .where(which)
        .order_by(Device.id)
    )  # fmt: skip
    rows = session.execute(wanted.limit(most) if most else wanted).all()
    pins = _pins_of(session, [row[0] for row in rows])
    names = [column.name for column in _STATUS.columns]
    found = []
    for device_id, mac, tenant_id, site_id, template_id, firmware_id, model, *status in rows:
        row = dict(zip(names, status, strict=True)) if status[0] else status_rows.make(mac, now)
        has = Gets(tenant_id, site_id, template_id, firmware_id)
        found.append(Phone(device_id, mac, model, has, row, pins.get(device_id, _NO_PINS)))
    return found


class DecidesAnew:
    """Decides for many phones by the rules of ``surroundings``, as they hold at a time.

    Who wants no reasons has rules asked only until one decides, and says that it is not traced.
    """

    def __init__(
        self, surroundings: Surroundings, sources: Sources, at: datetime, *, is_traced: bool = True
    ) -> None:
        self.surroundings = surroundings
        self._sources = sources
        self._at = at
        self._asking: type[StageRules[Any]] = StageRules if is_traced else FirstOfStage
        self._built_in: dict[Kind, Choices] = {}

    def look_at(self, phone: Phone) -> Looked:
        """Return what is known of a phone before it is decided upon; others may decide upon the same."""
        facts = self.surroundings.facts_of(phone.row)
        if facts.model is None and phone.model is not None:
            facts = replace(facts, model=phone.model)
        reported = reported_by(phone.row)
        return Looked(phone, facts, reported, known_of(self.surroundings, facts, reported, self._at))

    def decide(self, looked: Looked, like: Anew | None = None) -> Anew:
        """Return what is decided for a phone; one that would have to wait for approval stays where it is.

        ``like`` is what other rules decided for it in the same surroundings: what the same rules are asked the same
        again is taken from there.
        """
        phone, facts = looked.phone, looked.facts
        rules = PhoneRules(
            self.surroundings,
            facts,
            looked.reported,
            self._at,
            known=looked.known.copy(),
            pins=_pins(phone) if phone.pins else _NO_PINS,
            asking=self._asking,
        )
        if like and _are_asked_alike(rules, like, Stage.PLACEMENT):
            placement = like.placement
        else:
            placement = place(facts, self.surroundings.topology, rules.stage(Stage.PLACEMENT))
        tenant_id, site_id = phone.has.tenant_id, phone.has.site_id
        if placement.approval is Approval.NOT_NEEDED:
            tenant_id, site_id = placement.tenant_id, placement.site_id
        rules.settle(tenant_id, site_id)
        is_there = like is not None and like.place == (tenant_id, site_id)
        if like and is_there and _are_asked_alike(rules, like, Stage.TEMPLATE, Stage.FIRMWARE):
            choices = like.choices
        else:
            choices = self._choose((facts.model, facts.train, tenant_id, site_id), rules)
        gets = Gets(tenant_id, site_id, choices.template.template_id, self._firmware_id(choices))
        waits = tuple(_waits(placement, choices))
        steps = (placement.steps, choices.template.steps, choices.firmware.steps)
        decided = {stage: _decider(own) for stage, own in zip(Stage, steps, strict=True)}
        return Anew(phone, Outcome(gets, waits, decided), facts, placement, choices, rules)

    def _choose(self, kind: Kind, rules: PhoneRules) -> Choices:
        stages = (rules.stage(Stage.TEMPLATE), rules.stage(Stage.FIRMWARE))
        if any(stages):
            return choose(self.surroundings, self._sources, kind, *stages)
        if kind not in self._built_in:
            self._built_in[kind] = choose(self.surroundings, self._sources, kind)
        return self._built_in[kind]

    def _firmware_id(self, choices: Choices) -> int | None:
        return self.surroundings.firmware.get(choices.firmware.name or "")


_NO_PINS: Mapping[Stage, Any] = MappingProxyType({})


def _pins_of(session: Session, device_ids: Collection[int]) -> dict[int, dict[Stage, tuple[str, datetime]]]:
    found: dict[int, dict[Stage, tuple[str, datetime]]] = {}
    if device_ids:
        pins = select(DevicePin.device_id, DevicePin.stage, DevicePin.pinned_by, DevicePin.pinned_at)
        between = DevicePin.device_id.between(min(device_ids), max(device_ids))
        for device_id, stage, by, at in session.execute(pins.where(between)):
            found.setdefault(device_id, {})[stage] = (by, at)
    return found


def _pins(phone: Phone) -> dict[Stage, Pin[Any]]:
    return {stage: _pin(stage, phone.has, *pinned) for stage, pinned in phone.pins.items()}


def _pin(stage: Stage, has: Gets, by: str, at: datetime) -> Pin[Any]:
    """Return what a device has in a stage as what was pinned there."""
    outcome: Any
    if stage is Stage.PLACEMENT:
        outcome = PlacedIn(has.tenant_id or 0, has.site_id)
    elif stage is Stage.TEMPLATE:
        outcome = WaitsForTemplate() if has.template_id is None else GivenTemplate(has.template_id)
    else:
        outcome = KeepsFirmware() if has.firmware_id is None else GivenFirmware(has.firmware_id)
    return Pin(outcome, by, at)


def _are_asked_alike(rules: PhoneRules, like: Anew, *stages: Stage) -> bool:
    return all(rules.lists(stage) == like.rules.lists(stage) for stage in stages)


def _waits(placement: Placement, choices: Choices) -> Iterator[Wait]:
    if placement.approval is Approval.HELD:
        yield Wait.TENANT
    elif placement.approval is Approval.NEEDED:
        yield Wait.APPROVAL
    if choices.template.template_id is None:
        yield Wait.TEMPLATE


def _decider(steps: Sequence[Step]) -> str:
    return next(step.rule for step in steps if step.verdict is Verdict.MATCHED)
