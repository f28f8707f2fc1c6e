"""Zero Touch: which tenant, site, template and firmware a phone gets, decided once and explained for ever."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Decision, Device, PhoneUser
from app.models.enums import Approval, Cause, Origin, Status
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.firmware import FirmwareChoice, choose_firmware
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.template import TemplateChoice, choose_template
from app.rules.zero_touch.trace import steps_as_json
from app.services import config_files, devices, journal, phone_users
from app.services.file_sources import Sources
from app.services.status_rows import StatusRow
from app.services.zero_touch_facts import Surroundings

MAX_REASON = 500
_SETTLED = ("tenant_id", "site_id", "template_id", "approval", "placement_reason")
_KNOWN_BEFORE = "The device was known before the phone reported."


def decisions_of(session: Session, mac: str) -> Sequence[Decision]:
    """Return the decisions taken for a phone, the latest first."""
    return session.scalars(
        select(Decision).where(Decision.mac == mac).order_by(Decision.decided_at.desc(), Decision.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class _Choices:
    """What follows from a placement."""

    template: TemplateChoice
    firmware: FirmwareChoice


class Decider:
    """Decides for the phones of one transaction; what the rules look at is read once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self.surroundings = Surroundings(session)
        self.sources = Sources(session)
        self._loaded: list[object] = []

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
                "placement_reason": _KNOWN_BEFORE,
            }

    def decide_on_report(self, row: StatusRow, *, may_become_device: bool) -> None:
        """Place a phone that has no device, and make it one when it is registered and needs no approval."""
        facts = self.surroundings.facts_of(row)
        placement = place(facts, self.surroundings.topology)
        is_ready = row["status"] is Status.REGISTERED and placement.approval is Approval.NOT_NEEDED
        if may_become_device and is_ready:
            self._become_device(row, facts, placement)
        else:
            self._wait(row, facts, placement, Cause.REPORT)

    def decide_on_file_request(self, row: StatusRow) -> None:
        """Place a phone that has no device by a request for its file; it becomes no device by that."""
        facts = self.surroundings.facts_of(row)
        self._wait(row, facts, place(facts, self.surroundings.topology), Cause.FILE_REQUEST)

    def decide_on_approval(
        self, row: StatusRow, placement: Placement, device: Device, *, by: str, address: str
    ) -> None:
        """Make a phone the device that an administrator approved, in the place that he chose."""
        facts = self.surroundings.facts_of(row)
        choices = self._settle(row, facts, placement)
        self._make(row, facts, device, choices, by=by, address=address)
        self._keep_decision(row, facts, placement, choices, Cause.APPROVAL)

    def choose_missing_template(self, row: StatusRow) -> None:
        """Choose the template of a device that had to wait for one, and generate its file; the rest stays."""
        facts = self.surroundings.facts_of(row)
        reason = f"The device stays where it is. {row['placement_reason']}"
        stays = Placement(row["tenant_id"], row["site_id"], Approval.NOT_NEEDED, reason, ())
        choices = self._choose(facts, stays)
        if choices.template.template_id is None:
            return
        device = self._session.get_one(Device, row["device_id"])
        device.template = self._session.get_one(ConfigTemplate, choices.template.template_id)
        device.phone_model_id = self.surroundings.models.get(facts.model or "")
        device.firmware_id = device.firmware_id or self.surroundings.firmware.get(choices.firmware.name or "")
        row["template_id"] = device.template.id
        config_files.generate(self._session, device, now=self._now, sources=self.sources)
        self._keep_decision(row, facts, stays, choices, Cause.REPORT)

    def sign_in(self, row: StatusRow) -> None:
        """Give a device to the user who is signed in on it, when that is another one (manual, chapter 12)."""
        device = self._session.get_one(Device, row["device_id"])
        user = self._find_or_add_user(row, device.tenant_id)
        if user is None or user is device.phone_user:
            return
        before = device.phone_user
        device.phone_user = user
        journal.record(
            self._session,
            at=self._now,
            actor=journal.PHONE_PLANE,
            action="user signed in",
            subject=device.mac,
            text=f"{user.name} signed in on the phone {device.mac}"
            + (f", where {before.name} was signed in." if before else "."),
            tenant_id=device.tenant_id,
            address=row["external_ip"],
        )
        config_files.generate(self._session, device, now=self._now, sources=self.sources)

    def _wait(self, row: StatusRow, facts: Facts, placement: Placement, cause: Cause) -> None:
        """Write where a phone waits, and keep the decision when it differs from the one before."""
        before = {name: row[name] for name in _SETTLED}
        choices = self._settle(row, facts, placement)
        if any(row[name] != value for name, value in before.items()):
            self._keep_decision(row, facts, placement, choices, cause)

    def _become_device(self, row: StatusRow, facts: Facts, placement: Placement) -> None:
        choices = self._settle(row, facts, placement)
        device = Device(mac=row["mac"], origin=Origin.ZERO_TOUCH)
        device.phone_user = self._find_or_add_user(row, row["tenant_id"])
        self._make(row, facts, device, choices, by=journal.PHONE_PLANE, address=row["external_ip"])
        self._keep_decision(row, facts, placement, choices, Cause.REPORT)

    def _settle(self, row: StatusRow, facts: Facts, placement: Placement) -> _Choices:
        """Write the placement and the template that follows from it into the row."""
        choices = self._choose(facts, placement)
        row["tenant_id"], row["site_id"] = placement.tenant_id, placement.site_id
        row["template_id"] = choices.template.template_id
        row["approval"] = placement.approval
        row["placement_reason"] = placement.reason[:MAX_REASON]
        return choices

    def _choose(self, facts: Facts, placement: Placement) -> _Choices:
        tenant = self.surroundings.topology.find_tenant(placement.tenant_id)
        template = choose_template(facts.model, facts.train, tenant, self.surroundings.templates)
        resolved = self.sources.resolve(
            template_id=template.template_id, tenant_id=placement.tenant_id, site_id=placement.site_id
        )
        named = resolved["FirmwareFile"].value
        return _Choices(template, choose_firmware(facts.model, named, self.surroundings.firmware))

    def _make(
        self, row: StatusRow, facts: Facts, device: Device, choices: _Choices, *, by: str, address: str
    ) -> None:
        """Add the device where the row says, and generate its file."""
        device.tenant_id, device.site_id = row["tenant_id"], row["site_id"]
        device.template_id = row["template_id"]
        device.phone_model_id = self.surroundings.models.get(facts.model or "")
        device.firmware_id = self.surroundings.firmware.get(choices.firmware.name or "")
        devices.add(self._session, device, by=by, address=address, now=self._now)
        row["device_id"] = device.id
        # The session itself holds nothing; what is held here need not be read again for the next phone.
        self._loaded += (device.tenant, device.site, device.template)
        config_files.generate(self._session, device, now=self._now, sources=self.sources)

    def _find_or_add_user(self, row: StatusRow, tenant_id: int) -> PhoneUser | None:
        """Return the user whom the phone reports; None for a phone that reports none."""
        if not row["user_id"]:
            return None
        return phone_users.find_or_add(
            self._session, tenant_id, row["user_id"], display_name=row["user_name"], now=self._now
        )

    def _keep_decision(
        self, row: StatusRow, facts: Facts, placement: Placement, choices: _Choices, cause: Cause
    ) -> None:
        outcome: dict[str, Any] = {
            "tenant_id": placement.tenant_id,
            "site_id": placement.site_id,
            "template_id": choices.template.template_id,
            "firmware": choices.firmware.name,
            "approval": placement.approval,
            "reasons": [placement.reason, choices.template.reason, choices.firmware.reason],
        }
        steps = [*placement.steps, *choices.template.steps, *choices.firmware.steps]
        self._session.add(
            Decision(
                mac=row["mac"],
                device_id=row["device_id"],
                tenant_id=placement.tenant_id,
                decided_at=self._now,
                cause=cause,
                facts=asdict(facts),
                outcome=outcome,
                steps=steps_as_json(steps),
            )
        )
