"""Zero Touch: which tenant, site, template and firmware a phone gets, decided once and explained for ever."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Decision
from app.models.enums import Approval, Cause, Origin, Stage, Status, Train
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.firmware import FirmwareChoice, choose_firmware
from app.rules.zero_touch.outcomes import FirmwareOutcome, TemplateOutcome
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.template import TemplateChoice, choose_template
from app.rules.zero_touch.trace import Step, steps_as_json
from app.services import devices, journal, phone_users
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.devices import NewDevice
from app.services.status_rows import StatusRow
from app.services.zero_touch.asking import PhoneRules, hits_in, reported_by, steps_to_keep
from app.services.zero_touch.effects import Effects
from app.services.zero_touch.facts import Surroundings

MAX_REASON = 500
_SETTLED = ("tenant_id", "site_id", "template_id", "approval", "placement_reason")
_FACTS = [field.name for field in fields(Facts)]
_KNOWN_BEFORE = "The device was known before the phone reported."


def decisions_of(session: Session, *macs: str) -> Sequence[Decision]:
    """Return the decisions taken for a phone, and for those that it replaced, the latest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.mac.in_(macs))
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
    ).all()


Kind: TypeAlias = tuple[str | None, Train, int | None, int | None]
"""What choices depend on: the phone's model and train, its tenant and site."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What follows from a placement."""

    template: TemplateChoice
    firmware: FirmwareChoice

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the choices came about."""
        return (*self.template.steps, *self.firmware.steps)


def choose(
    surroundings: Surroundings,
    sources: Sources,
    kind: Kind,
    template_rules: StageRules[TemplateOutcome] | None = None,
    firmware_rules: StageRules[FirmwareOutcome] | None = None,
) -> Choices:
    """Choose template and firmware for the phones of a kind in one place, or for one phone by rules that ask more."""
    template = choose_template_of(surroundings, kind, template_rules)
    firmware = choose_firmware_of(surroundings, sources, kind, template.template_id, firmware_rules)
    return Choices(template, firmware)


def choose_template_of(
    surroundings: Surroundings, kind: Kind, rules: StageRules[TemplateOutcome] | None
) -> TemplateChoice:
    """Choose the template for the phones of a kind, or for one phone by rules that ask more."""
    model, train, tenant_id, _ = kind
    tenant = surroundings.topology.find_tenant(tenant_id)
    return choose_template(model, train, tenant, surroundings.templates, rules)


def choose_firmware_of(
    surroundings: Surroundings,
    sources: Sources,
    kind: Kind,
    template_id: int | None,
    rules: StageRules[FirmwareOutcome] | None,
) -> FirmwareChoice:
    """Choose the firmware for the phones of a kind that have this template, or for one phone by rules that ask more."""
    model, _, tenant_id, site_id = kind
    named = sources.firmware_named(template_id=template_id, tenant_id=tenant_id, site_id=site_id)
    return choose_firmware(model, named, surroundings.firmware, rules)


def decision_of(
    mac: str,
    facts: Facts,
    placement: Placement,
    choices: Choices,
    rules: PhoneRules | None,
    *,
    cause: Cause,
    now: datetime,
) -> dict[str, Any]:
    """Return what is kept of a decision, without the device that the phone is."""
    outcome = {
        "tenant_id": placement.tenant_id,
        "site_id": placement.site_id,
        "template_id": choices.template.template_id,
        "firmware": choices.firmware.name,
        "approval": placement.approval,
        "reasons": [placement.reason, choices.template.reason, choices.firmware.reason],
    }
    return {
        "mac": mac,
        "tenant_id": placement.tenant_id,
        "decided_at": now,
        "cause": cause,
        "facts": {name: getattr(facts, name) for name in _FACTS},
        "outcome": outcome,
        "steps": steps_as_json(steps_to_keep([*placement.steps, *choices.steps])),
        "rules": rules.as_json() if rules else None,
    }


class _Asked(NamedTuple):
    """A phone that is decided upon: where it belongs, and the rules of administrators, if there are any."""

    facts: Facts
    placement: Placement
    rules: PhoneRules | None


class Decider:
    """Decides for the phones of one transaction; what the rules look at is read once.

    What follows from its decisions is in the rows at once and in the database after ``carry_out``, done for all
    phones together. Between two of these each phone reports at most once.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self.surroundings = Surroundings(session)
        self.sources = Sources(session)
        self._choices: dict[Kind, Choices] = {}
        self._effects = Effects(session, self.sources, now)

    def site_in(self, tenant_name: str, row: StatusRow) -> int | None:
        """Return the id of the site that a phone's address has in this tenant, AutoDetection where none has it."""
        facts = replace(self.surroundings.facts_of(row), url_tenant=tenant_name)
        return place(facts, self.surroundings.topology).site_id

    def attach(self, rows: Collection[StatusRow]) -> None:
        """Give rows without a device the one that has their MAC: it was imported, or made before they reported."""
        without = {row["mac"]: row for row in rows if row["device_id"] is None}
        for device in devices.find_by_mac(self._session, without):
            without[device.mac] |= {
                "device_id": device.id,
                "tenant_id": device.tenant_id,
                "site_id": device.site_id,
                "template_id": device.template_id,
                "approval": Approval.NOT_NEEDED,
                "is_blocked": False,
                "placement_reason": _KNOWN_BEFORE,
            }

    def carry_out(self) -> None:
        """Write what was decided since the last time: users, devices, files and decisions; rows get their device."""
        self._effects.carry_out()

    def decide_on_report(self, row: StatusRow, *, may_become_device: bool) -> None:
        """Place a phone that has no device, and make it one when it is registered and needs no approval."""
        facts = self.surroundings.facts_of(row)
        asked = self._place(row, facts)
        if may_become_device and self._is_ready(row, asked):
            self._become_device(row, asked, Cause.REPORT)
        else:
            self._wait(row, asked, Cause.REPORT)

    def decide_on_file_request(self, row: StatusRow, facts: Facts, *, is_kept: bool) -> TemplateChoice | None:
        """Place a phone that has no device by a request for its file, and return the choice of its template.

        None where it becomes a device: it reported before this that somebody is signed in, and waited only because it
        had not named its tenant. A decision that is not to be kept is for a phone that gets no row.
        """
        asked = self._place(row, facts)
        if self._is_ready(row, asked) and phone_users.key_of(row["user_id"]):
            self._become_device(row, asked, Cause.FILE_REQUEST)
            return None
        cause = Cause.FILE_REQUEST if is_kept else None
        return self._wait(row, asked, cause).template

    def decide_on_approval(
        self, row: StatusRow, placement: Placement, chosen: Mapping[str, Any], *, author: Author
    ) -> None:
        """Make a phone the device that an administrator approved; ``chosen`` has the columns that he filled in."""
        facts = self.surroundings.facts_of(row)
        asked = _Asked(facts, placement, self._rules_for(row, facts))
        choices = self._settle(row, asked)
        columns = {**self._columns(row, facts, choices, Origin.APPROVED), **chosen}
        self._effects.join(row, NewDevice(columns, author))
        self._keep_decision(row, asked, choices, Cause.APPROVAL)

    def choose_missing_template(self, row: StatusRow) -> None:
        """Choose the template of a device that had to wait for one, and generate its file; the rest stays."""
        facts = self.surroundings.facts_of(row)
        reason = f"The device stays where it is. {row['placement_reason']}"
        stays = Placement(row["tenant_id"], row["site_id"], Approval.NOT_NEEDED, reason, ())
        asked = _Asked(facts, stays, self._rules_for(row, facts))
        choices = self._choose(asked)
        if choices.template.template_id is None:
            return
        row["template_id"] = choices.template.template_id
        self._effects.give_template(
            row,
            template=choices.template.template_id,
            model=self.surroundings.models.get(facts.model or ""),
            firmware=self.surroundings.firmware.get(choices.firmware.name or ""),
        )
        self._keep_decision(row, asked, choices, Cause.REPORT)

    def sign_in(self, row: StatusRow) -> None:
        """Give a device to the user who is signed in on it, when that is another one (manual, chapter 12)."""
        self._effects.sign_in(row)

    def _rules_for(self, row: StatusRow, facts: Facts) -> PhoneRules | None:
        if not self.surroundings.has_rules:
            return None
        return PhoneRules(self.surroundings, facts, reported_by(row), self._now)

    def _place(self, row: StatusRow, facts: Facts) -> _Asked:
        rules = self._rules_for(row, facts)
        stage = rules.stage(Stage.PLACEMENT) if rules else None
        return _Asked(facts, place(facts, self.surroundings.topology, stage), rules)

    @staticmethod
    def _is_ready(row: StatusRow, asked: _Asked) -> bool:
        return row["status"] is Status.REGISTERED and asked.placement.approval is Approval.NOT_NEEDED

    def _wait(self, row: StatusRow, asked: _Asked, cause: Cause | None) -> Choices:
        """Write where a phone waits, and keep the decision, if it has a cause, when it differs from the one before."""
        before = [row[name] for name in _SETTLED]
        choices = self._settle(row, asked)
        row["is_blocked"] = False
        if cause and before != [row[name] for name in _SETTLED]:
            self._keep_decision(row, asked, choices, cause)
        return choices

    def _become_device(self, row: StatusRow, asked: _Asked, cause: Cause) -> None:
        choices = self._settle(row, asked)
        columns = self._columns(row, asked.facts, choices, Origin.ZERO_TOUCH)
        user = phone_users.reported(row["tenant_id"], row["user_id"], row["user_name"])
        self._effects.join(row, NewDevice(columns, Author(journal.PHONE_PLANE, row["external_ip"])), user)
        self._keep_decision(row, asked, choices, cause)

    def _settle(self, row: StatusRow, asked: _Asked) -> Choices:
        """Write the placement and the template that follows from it into the row."""
        choices, placement = self._choose(asked), asked.placement
        row["tenant_id"], row["site_id"] = placement.tenant_id, placement.site_id
        row["template_id"] = choices.template.template_id
        row["approval"] = placement.approval
        row["placement_reason"] = placement.reason[:MAX_REASON]
        return choices

    def _choose(self, asked: _Asked) -> Choices:
        """Return what follows from a placement, thought over once for all phones of a kind in one place.

        Where administrators wrote rules, which may ask for anything, it is thought over for each phone.
        """
        facts, placement, rules = asked
        key = (facts.model, facts.train, placement.tenant_id, placement.site_id)
        if rules is not None:
            rules.settle(placement.tenant_id, placement.site_id)
            stages = (rules.stage(Stage.TEMPLATE), rules.stage(Stage.FIRMWARE))
            if any(stages):
                return choose(self.surroundings, self.sources, key, *stages)
        if key not in self._choices:
            self._choices[key] = choose(self.surroundings, self.sources, key)
        return self._choices[key]

    def _columns(self, row: StatusRow, facts: Facts, choices: Choices, origin: Origin) -> dict[str, Any]:
        """Return the columns of a new device that stands where its row says."""
        return {
            "mac": row["mac"],
            "tenant_id": row["tenant_id"],
            "site_id": row["site_id"],
            "template_id": row["template_id"],
            "phone_model_id": self.surroundings.models.get(facts.model or ""),
            "firmware_id": self.surroundings.firmware.get(choices.firmware.name or ""),
            "phone_user_id": None,
            "origin": origin,
        }

    def _keep_decision(self, row: StatusRow, asked: _Asked, choices: Choices, cause: Cause) -> None:
        decision = decision_of(row["mac"], *asked[:2], choices, asked.rules, cause=cause, now=self._now)
        self._effects.keep_decision(row, decision, hits_in([*asked.placement.steps, *choices.steps]))
