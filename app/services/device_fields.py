"""What people say of a device, in a form or elsewhere: checked, and what there is to choose from (manual 6.7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate, Device, Firmware, PhoneModel, Site
from app.models.enums import VlanMode
from app.rules.typed_names import checked_name
from app.rules.vlan import check_vlan
from app.services.settings.texts import LANGUAGES

MAX_DISPLAY_NAME = 200
MAX_SERIAL_NUMBER = 60
MOST_CHOICES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFields:
    """What is said of a device. Without a site it is AutoDetection, without a firmware what the phone has, without a
    language that of the settings."""

    display_name: str = ""
    serial_number: str = ""
    site_id: int | None = None
    template_id: int | None = None
    firmware_id: int | None = None
    language: str = ""
    vlan_mode: VlanMode = VlanMode.NONE
    vlan_id: int = 0
    vlan_priority: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers for a device of one tenant, as ids and words."""

    sites: Sequence[tuple[int, str]]
    templates: Sequence[tuple[int, str]]
    firmware: Sequence[tuple[int, str]]
    languages: Sequence[str] = LANGUAGES


def read_choices(session: Session, tenant_id: int) -> Choices:
    """Return what devices of a tenant can have: its own templates and those of all."""
    sites = select(Site.id, Site.name).where(Site.tenant_id == tenant_id)
    templates = (
        select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name)
        .join(ConfigTemplate.phone_model)
        .where(may_be_used_in(tenant_id))
        .order_by(ConfigTemplate.name_key)
    )
    firmware = select(Firmware.id, Firmware.name, Firmware.version).order_by(Firmware.name_key)
    return Choices(
        sites=session.execute(sites.order_by(Site.name_key).limit(MOST_CHOICES)).all(),
        templates=_described(session.execute(templates.limit(MOST_CHOICES)).all()),
        firmware=_described(session.execute(firmware.limit(MOST_CHOICES)).all()),
    )


def fields_of(device: Device) -> DeviceFields:
    """Return what is said of a device that there is."""
    return DeviceFields(
        display_name=device.display_name,
        serial_number=device.serial_number,
        site_id=device.site_id,
        template_id=device.template_id,
        firmware_id=device.firmware_id,
        language=device.language,
        vlan_mode=device.vlan_mode,
        vlan_id=device.vlan_id,
        vlan_priority=device.vlan_priority,
    )


def words_of(device: Device) -> dict[str, str]:
    """Return the same for a person, field by field."""
    vlan = device.vlan_mode.value
    if device.vlan_mode is VlanMode.MANUAL:
        vlan = f"{vlan}, VLAN {device.vlan_id}, priority {device.vlan_priority}"
    return {
        "user": device.phone_user.name if device.phone_user else "",
        "display name": device.display_name,
        "serial number": device.serial_number,
        "site": device.site.name,
        "template": device.template.name if device.template else "",
        "firmware": device.firmware.name if device.firmware else "",
        "language": device.language,
        "VLAN discovery": vlan,
    }


def checked_columns(session: Session, fields: DeviceFields, tenant_id: int) -> dict[str, Any]:
    """Return the columns of a device of this tenant, or raise InvalidInputError with what is wrong, by field."""
    refused: dict[str, str] = {}
    columns: dict[str, Any] = {
        "site_id": fields.site_id or _auto_detection(session, tenant_id),
        "template_id": fields.template_id,
        "firmware_id": fields.firmware_id,
        "language": fields.language,
        "vlan_mode": fields.vlan_mode,
        "vlan_id": fields.vlan_id,
        "vlan_priority": fields.vlan_priority,
    }
    for name, what, most in (
        ("display_name", "display name", MAX_DISPLAY_NAME),
        ("serial_number", "serial number", MAX_SERIAL_NUMBER),
    ):
        try:
            columns[name] = checked_name(getattr(fields, name), what, most)
        except InvalidInputError as error:
            refused[name] = str(error)
    try:
        check_vlan(fields.vlan_id, fields.vlan_priority)
    except InvalidInputError as error:
        refused["vlan_id"] = str(error)
    refused |= _what_is_not_there(session, columns, tenant_id)
    if refused:
        raise InvalidInputError(by_field=refused)
    return columns


def may_be_used_in(tenant_id: int) -> ColumnElement[bool]:
    """Return what holds for templates that devices of a tenant may use."""
    return or_(ConfigTemplate.tenant_id == tenant_id, ConfigTemplate.tenant_id.is_(None))


def _what_is_not_there(session: Session, columns: dict[str, Any], tenant_id: int) -> dict[str, str]:
    """Return a sentence for each choice that this tenant's devices do not have."""
    is_site = select(Site.id).where(Site.id == columns["site_id"], Site.tenant_id == tenant_id)
    template = select(ConfigTemplate.id).where(
        ConfigTemplate.id == columns["template_id"], may_be_used_in(tenant_id)
    )
    firmware = select(Firmware.id).where(Firmware.id == columns["firmware_id"])
    refused = {}
    if session.scalar(is_site) is None:
        refused["site"] = "Choose one of the sites of the tenant."
    if columns["template_id"] is not None and session.scalar(template) is None:
        refused["template"] = "Choose a template of the tenant, or one of all tenants."
    if columns["firmware_id"] is not None and session.scalar(firmware) is None:
        refused["firmware"] = "There is no such firmware any more; choose another one."
    if columns["language"] and columns["language"] not in LANGUAGES:
        refused["language"] = "Choose one of the languages that phones know."
    return refused


def _auto_detection(session: Session, tenant_id: int) -> int | None:
    return session.scalar(select(Site.id).where(Site.tenant_id == tenant_id, Site.is_auto_detection))


def _described(rows: Sequence[tuple[int, str, str]]) -> list[tuple[int, str]]:
    return [(row_id, f"{name} ({note})" if note else name) for row_id, name, note in rows]
