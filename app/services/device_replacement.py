"""Replacing a phone: a new MAC address takes over all that a device is and has (product, "Beyond the manual" 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Device,
    DeviceSeen,
    DeviceStatus,
    PendingAction,
    PhoneModel,
    Placeholder,
    ReplacedPhone,
)
from app.models.enums import Stage, Status
from app.rules.zero_touch.template import choose_template
from app.services import device_changes, device_deletion, device_fields, hand_outs, journal, pins, status_rows
from app.services.alarms import phones as alarms_of_phones
from app.services.author import Author
from app.services.device_changes import check_waits_in_sight, read_mac
from app.services.status_rows import StatusRow
from app.services.zero_touch.facts import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What replacing a device's phone would mean.

    ``freed`` is a device without user that has the new MAC address, and goes. ``model`` is what the new phone says it
    is, None where it was never heard or says nothing. ``other_model`` is that model where the template is for another
    one; ``template_id`` is then what a new phone of it would get, else the device's own.
    """

    device: Device
    mac: str
    was_heard: bool
    model: str | None
    other_model: str | None
    template_id: int | None
    freed: Device | None
    freed_placeholders: int
    placeholders: int
    lines: int
    alarms: int
    edited_by: str
    old_status: Status | None
    old_seen_at: datetime | None

    @property
    def old_is_heard(self) -> bool:
        """Whether the phone that is replaced still reports: it would come back as another phone."""
        return self.old_status not in {None, Status.DISCONNECTED}

    @property
    def fingerprint(self) -> str:
        """A text that differs when something else would be taken over, or lost, than before."""
        parts = (
            self.device.id, self.device.mac, self.mac, self.device.phone_user_id, self.device.template_id,
            self.was_heard, self.model, self.freed.id if self.freed else None, self.freed_placeholders,
            self.placeholders, self.lines, self.alarms, self.edited_by,
        )  # fmt: skip
        return ".".join("" if part is None else str(part) for part in parts)


def plan(session: Session, device: Device, typed_mac: str) -> Plan:
    """Return what replacing would mean, or raise InvalidInputError or ConflictError where it cannot be done."""
    mac = read_mac(typed_mac)
    if mac == device.mac:
        raise InvalidInputError(
            by_field={"mac": "This is the MAC address of the phone that is to be replaced."}
        )
    freed = _free_device(session, mac)
    row = status_rows.find(session, mac)
    if freed is None:
        check_waits_in_sight(session, mac, row)
    surroundings = Surroundings(session)
    model, other_model, template_id = _fit(surroundings, device, row)
    status = session.execute(
        select(DeviceStatus.status, DeviceSeen.seen_at)
        .outerjoin(DeviceSeen, DeviceSeen.mac == DeviceStatus.mac)
        .where(DeviceStatus.device_id == device.id)
    ).first()
    return Plan(
        device=device,
        mac=mac,
        was_heard=row is not None,
        model=model,
        other_model=other_model,
        template_id=template_id,
        freed=freed,
        freed_placeholders=_count(session, select(Placeholder.id).where(Placeholder.device_id == freed.id))
        if freed
        else 0,
        placeholders=_count(session, select(Placeholder.id).where(Placeholder.device_id == device.id)),
        lines=_count_lines(session, device),
        alarms=_count(session, select(Alarm.id).where(Alarm.mac == device.mac, Alarm.cleared_at.is_(None))),
        edited_by=session.scalar(select(ConfigFile.edited_by).where(ConfigFile.device_id == device.id)) or "",
        old_status=status.status if status else None,
        old_seen_at=status.seen_at if status else None,
    )


def replace(
    session: Session,
    device_id: int,
    typed_mac: str,
    template_id: int | None,
    told: str,
    *,
    author: Author,
    now: datetime,
) -> Device:
    """Let another phone take a device over; ``told`` is the fingerprint of the plan that was agreed to.

    The new phone has its file at once and, where it was heard of, is asked to restart. What the old one last reported
    goes, and its active alarms are cleared; if it reports again, it is placed like a new phone.
    """
    mac = read_mac(typed_mac)
    device = _lock(session, device_id, mac, now)
    agreed = plan(session, device, mac)
    if agreed.fingerprint != told:
        raise ConflictError("Something has changed meanwhile: look again at what would be taken over.")
    fields = device_fields.fields_of(device)
    _check_template(session, device, template_id)
    if agreed.freed is not None:
        device_deletion.delete_device(session, agreed.freed, author=author, now=now)
    old_mac = device.mac
    _forget(session, device, author, now)
    session.add(
        ReplacedPhone(
            device_id=device.id,
            tenant_id=device.tenant_id,
            mac=old_mac,
            replaced_at=now,
            replaced_by=author.name[:100],
        )
    )
    device.mac, device.serial_number, device.template_id = mac, "", template_id
    if agreed.other_model is not None:
        device.firmware_id = None
        pins.unpin(session, [device.id], (Stage.FIRMWARE,))
    if fields.template_id != template_id:
        pins.pin(session, [device], (Stage.TEMPLATE,), author=author, now=now)
    row = status_rows.lock(session, [mac]).get(mac)
    _flush(session, mac)
    session.refresh(device)
    device.phone_model_id = device_changes.model_of(session, device, row)
    owner = f" of {device.phone_user.name}" if device.phone_user else ""
    what = f"{author.name} replaced the phone {old_mac}{owner} by {mac}"
    besides = "" if fields.template_id == template_id else f", with the template {device.template}"
    device_changes.settle(session, device, row, f"{what}.", author=author, now=now)
    journal.record_all(
        session, [_entry(device, subject, f"{what}{besides}.", author, now) for subject in (old_mac, mac)]
    )
    return device


def read_replaced(session: Session, device_id: int) -> Sequence[ReplacedPhone]:
    """Return the phones that a device was before, the latest first."""
    return session.scalars(
        select(ReplacedPhone)
        .where(ReplacedPhone.device_id == device_id)
        .order_by(ReplacedPhone.replaced_at.desc(), ReplacedPhone.id.desc())
    ).all()


def find_successor(session: Session, mac: str) -> str | None:
    """Return the MAC address of the phone that took over from this one last, or None."""
    return session.scalar(
        select(Device.mac)
        .join(ReplacedPhone, ReplacedPhone.device_id == Device.id)
        .where(ReplacedPhone.mac == mac)
        .order_by(ReplacedPhone.id.desc())
        .limit(1)
    )


def _lock(session: Session, device_id: int, mac: str, now: datetime) -> Device:
    """Hold both MAC addresses, in their order, and read the device as it is then."""
    before = session.scalar(select(Device.mac).where(Device.id == device_id))
    for held in sorted({mac, before or mac}):
        status_rows.hold(session, held, now=now)
    wanted = select(Device).where(Device.id == device_id).with_for_update()
    device = session.scalar(wanted.execution_options(populate_existing=True))
    if device is None:
        raise NotFoundError("The device was deleted meanwhile.")
    if device.mac != before:
        raise ConflictError(f"Somebody else replaced the phone {before} at this moment, by {device.mac}.")
    return device


def _free_device(session: Session, mac: str) -> Device | None:
    """Return the device that has this MAC address where it has no user; ConflictError where it is somebody's."""
    device = session.scalar(
        select(Device)
        .where(Device.mac == mac)
        .options(joinedload(Device.tenant), joinedload(Device.template))
    )
    if device is None or device.phone_user_id is not None:
        device_changes.check_is_free(session, mac)
    return device


def _fit(
    surroundings: Surroundings, device: Device, row: StatusRow | None
) -> tuple[str | None, str | None, int | None]:
    """Return what the new phone says it is, the same where the template is for another model, and the template."""
    if row is None:
        return None, None, device.template_id
    facts = surroundings.facts_of(row)
    fitting = surroundings.models.get(facts.model or "")
    template = device.template
    if fitting is None or template is None or template.phone_model_id == fitting:
        return facts.model, None, device.template_id
    tenant = surroundings.topology.find_tenant(device.tenant_id)
    chosen = choose_template(facts.model, facts.train, tenant, surroundings.templates)
    return facts.model, facts.model, chosen.template_id


def read_templates(session: Session, agreed: Plan) -> list[tuple[int, str]]:
    """Return the templates that the new phone can have: those of its model, and the one that the device has."""
    is_fitting = PhoneModel.name == agreed.other_model
    choices = (
        select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name)
        .join(ConfigTemplate.phone_model)
        .where(
            device_fields.may_be_used_in(agreed.device.tenant_id),
            is_fitting | (ConfigTemplate.id == agreed.device.template_id),
        )
        .order_by(ConfigTemplate.name_key)
        .limit(device_fields.MOST_CHOICES)
    )
    return [(template_id, f"{name} ({model})") for template_id, name, model in session.execute(choices)]


def _check_template(session: Session, device: Device, template_id: int | None) -> None:
    wanted = select(ConfigTemplate.id).where(
        ConfigTemplate.id == template_id, device_fields.may_be_used_in(device.tenant_id)
    )
    if template_id is not None and session.scalar(wanted) is None:
        raise InvalidInputError(
            by_field={"template": "Choose a template of the tenant, or one of all tenants."}
        )


def _forget(session: Session, device: Device, author: Author, now: datetime) -> None:
    """Take away what the replaced phone last reported, its file and what waits for it; end its alarms."""
    mac = device.mac
    alarms_of_phones.clear_of_removed(session, [mac], now=now, actor=author.name)
    session.execute(
        delete(PendingAction).where(PendingAction.mac == mac, PendingAction.handed_over_at.is_(None))
    )
    session.execute(delete(ConfigFile).where(ConfigFile.device_id == device.id))
    hand_outs.forget(session, device.id)
    session.execute(delete(DeviceStatus).where(DeviceStatus.mac == mac))
    session.execute(delete(DeviceSeen).where(DeviceSeen.mac == mac))


def _flush(session: Session, mac: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            f"Somebody else made a device of {mac} at this moment: look at it before you go on.", field="mac"
        ) from error


def _count_lines(session: Session, device: Device) -> int:
    if device.phone_user_id is None:
        return 0
    lines = select(ConfigurationValue.id).where(ConfigurationValue.phone_user_id == device.phone_user_id)
    return _count(session, lines)


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _entry(device: Device, subject: str, text: str, author: Author, now: datetime) -> journal.Entry:
    return journal.entry(
        at=now,
        author=author,
        action="device replaced",
        subject=subject,
        text=text,
        tenant_id=device.tenant_id,
    )
