"""What Zero Touch decides today for phones that are devices: as for a new phone, and with what operators pinned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

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
from app.rules.zero_touch.template import TemplateChoice
from app.rules.zero_touch.trace import Step
from app.services import status_rows
from app.services.config_files.sources import Sources
from app.services.status_rows import StatusRow
from app.services.zero_touch.asking import PhoneRules, known_of, reported_by
from app.services.zero_touch.decider import Choices, Kind, choose
from app.services.zero_touch.facts import Surroundings

_STATUS = table_of(DeviceStatus)
_ASKED = [
    _STATUS.c[name]
    for name in (
        "mac", "model", "firmware_version", "user_agent", "url_tenant", "region", "ip", "external_ip",
        "is_behind_proxy", "user_name", "user_id", "phone_number", "location", "sip_proxy", "vlan_id",
    )
]  # fmt: skip
"""What of a row is asked for, by the names of its columns: less than half of it, which is read for whole fleets."""

_NO_PINS: Mapping[Stage, Any] = MappingProxyType({})
_WAITS: Mapping[Approval, tuple[Wait, ...]] = MappingProxyType(
    {Approval.NOT_NEEDED: (), Approval.NEEDED: (Wait.APPROVAL,), Approval.HELD: (Wait.TENANT,)}
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A device and what it last reported of what rules ask for; ``pins``: who pinned what, and when."""

    id: int
    mac: str
    model: str | None
    has: Gets
    row: StatusRow
    pins: Mapping[Stage, tuple[str, datetime]]


class Looked(NamedTuple):
    """A phone, and what is known of it."""

    phone: Phone
    facts: Facts
    reported: Reported
    known: KnownFacts


@dataclass(frozen=True, slots=True)
class Anew:
    """What was decided for a phone, from what, and with which steps."""

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


def read_phones(session: Session, which: ColumnElement[bool], now: datetime, *, most: int = 0) -> list[Phone]:
    """Return devices in the order of their ids, at most so many where it is not 0."""
    wanted = (
        select(
            Device.id, Device.mac, Device.tenant_id, Device.site_id, Device.template_id, Device.firmware_id,
            PhoneModel.name, *(column.label(f"status_{column.name}") for column in _ASKED),
        )
        .outerjoin(PhoneModel, Device.phone_model_id == PhoneModel.id)
        .outerjoin(_STATUS, _STATUS.c.mac == Device.mac)
        .where(which)
        .order_by(Device.id)
    )  # fmt: skip
    rows = session.execute(wanted.limit(most) if most else wanted).all()
    pins = _pins_of(session, [row[0] for row in rows])
    names = [column.name for column in _ASKED]
    found = []
    for device_id, mac, tenant_id, site_id, template_id, firmware_id, model, *status in rows:
        row = dict(zip(names, status, strict=True)) if status[0] else status_rows.make(mac, now)
        has = Gets(tenant_id, site_id, template_id, firmware_id)
        found.append(Phone(device_id, mac, model, has, row, pins.get(device_id, _NO_PINS)))
    return found


def look_at(surroundings: Surroundings, phone: Phone, at: datetime) -> Looked:
    """Return what is known of a phone before it is decided upon; others may decide upon the same."""
    facts = surroundings.facts_of(phone.row)
    if facts.model is None and phone.model is not None:
        facts = replace(facts, model=phone.model)
    reported = reported_by(phone.row)
    return Looked(phone, facts, reported, known_of(surroundings, facts, reported, at))


def pins_of(phone: Phone) -> Mapping[Stage, Pin[Any]]:
    """Return what a device has in each stage in which it is pinned."""
    if not phone.pins:
        return _NO_PINS
    return {stage: _pin(stage, phone.has, *pinned) for stage, pinned in phone.pins.items()}


def place_after(placement: Placement, has: Gets) -> tuple[int | None, int | None]:
    """Return the tenant and site of a device that was placed: where it is, as long as somebody must approve the new."""
    if placement.approval is Approval.NOT_NEEDED:
        return placement.tenant_id, placement.site_id
    return has.tenant_id, has.site_id


def waits_for(placement: Placement, template: TemplateChoice) -> tuple[Wait, ...]:
    """Return what a phone that comes new would wait for."""
    waits = _WAITS[placement.approval]
    return waits if template.template_id is not None else (*waits, Wait.TEMPLATE)


class DecidesAnew:
    """Decides for phones by the rules of ``surroundings``, as they hold at a time, with all reasons."""

    def __init__(self, surroundings: Surroundings, sources: Sources, at: datetime) -> None:
        self.surroundings = surroundings
        self._sources = sources
        self._at = at
        self._built_in: dict[Kind, Choices] = {}

    def look_at(self, phone: Phone) -> Looked:
        """Return what is known of a phone before it is decided upon."""
        return look_at(self.surroundings, phone, self._at)

    def decide(self, looked: Looked) -> Anew:
        """Return what is decided for a phone; one that would have to wait for approval stays where it is."""
        phone, facts = looked.phone, looked.facts
        rules = PhoneRules(
            self.surroundings,
            facts,
            looked.reported,
            self._at,
            known=looked.known.copy(),
            pins=pins_of(phone),
        )
        placement = place(facts, self.surroundings.topology, rules.stage(Stage.PLACEMENT))
        tenant_id, site_id = place_after(placement, phone.has)
        rules.settle(tenant_id, site_id)
        choices = self._choose((facts.model, facts.train, tenant_id, site_id), rules)
        gets = Gets(tenant_id, site_id, choices.template.template_id, self._firmware_id(choices))
        waits = waits_for(placement, choices.template)
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


def _pins_of(session: Session, device_ids: Collection[int]) -> dict[int, dict[Stage, tuple[str, datetime]]]:
    found: dict[int, dict[Stage, tuple[str, datetime]]] = {}
    if device_ids:
        pins = select(DevicePin.device_id, DevicePin.stage, DevicePin.pinned_by, DevicePin.pinned_at)
        between = DevicePin.device_id.between(min(device_ids), max(device_ids))
        for device_id, stage, by, at in session.execute(pins.where(between)):
            found.setdefault(device_id, {})[stage] = (by, at)
    return found


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


def _decider(steps: Sequence[Step]) -> str:
    return next(step.rule for step in steps if step.verdict is Verdict.MATCHED)
