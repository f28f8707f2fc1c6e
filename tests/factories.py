"""Rows for tests: each function adds one to the session, with a default for every field, and returns it."""

import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Alarm,
    ConfigTemplate,
    Device,
    DeviceSeen,
    DeviceStatus,
    Firmware,
    Heartbeat,
    PhoneModel,
    PhoneUser,
    Placeholder,
    Site,
    Tenant,
)
from app.models.enums import Approval, Layer, Origin, Severity, Status
from app.models.tenant import AUTO_DETECTION
from app.rules.phone_subnets import subnet_of
from app.services import firmware, silence
from app.services.author import Author
from app.services.firmware import files

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
TEMPLATE = "Audiocodes_430HD_LYNC"

Row = TypeVar("Row")

_numbers = count(1)


def next_mac() -> str:
    """Return a MAC address that no other row of this run has."""
    return f"00908f{next(_numbers):06x}"


def make_tenant(session: Session, name: str = "Acme", **fields: Any) -> Tenant:
    """Add a tenant with its site AutoDetection."""
    tenant = Tenant(**{"name": name, "created_at": NOW, **fields})
    session.add(Site(name=AUTO_DETECTION, is_auto_detection=True, tenant=tenant))
    session.flush()
    return tenant


def make_site(session: Session, name: str = "Berlin", **fields: Any) -> Site:
    """Add a site, of a tenant of its own where none is given."""
    return _add(session, Site(**{"name": name, "tenant": _tenant(session, fields), **fields}))


def make_user(session: Session, name: str = "anna@acme.com", **fields: Any) -> PhoneUser:
    """Add a phone user."""
    values = {"name": name, "display_name": "Anna", "created_at": NOW, "tenant": _tenant(session, fields)}
    return _add(session, PhoneUser(**{**values, **fields}))


def make_device(session: Session, **fields: Any) -> Device:
    """Add a device in its tenant's AutoDetection, of model 430HD, with the factory template."""
    tenant = fields["site"].tenant if "site" in fields else _tenant(session, fields)
    template = get_template(session)
    values = {
        "mac": next_mac(),
        "origin": Origin.IMPORTED,
        "created_at": NOW,
        "tenant": tenant,
        "site": fields.get("site") or auto_detection(session, tenant),
        "template": template,
        "phone_model": template.phone_model,
    }
    return _add(session, Device(**{**values, **fields}))


def make_status(session: Session, **fields: Any) -> DeviceStatus:
    """Add what a phone last reported, and when it was heard: a waiting phone, or the status of a given device."""
    device: Device | None = fields.get("device")
    values: dict[str, Any] = {
        "mac": device.mac if device else next_mac(),
        "tenant": device.tenant if device else None,
        "site": device.site if device else None,
        "template": device.template if device else None,
        "approval": Approval.NOT_NEEDED if device else Approval.NEEDED,
        "status": Status.REGISTERED,
        "status_changed_at": NOW,
        "first_seen_at": NOW,
        "model": "430HD",
        "ip": "10.1.2.3",
        "external_ip": "10.1.2.3",
        "digest": "16 hex digits...",
    }
    seen_at = fields.pop("seen_at", NOW)
    merged = {**values, **fields}
    values["subnet"] = subnet_of(merged["ip"], merged.get("subnet_mask", ""))
    status = _add(session, DeviceStatus(**{**values, **fields}))
    if seen_at is not None:
        _add(session, DeviceSeen(mac=status.mac, seen_at=seen_at))
    return status


def make_alarm(session: Session, **fields: Any) -> Alarm:
    """Add an active alarm."""
    mac = fields.get("mac") or next_mac()
    values = {
        "mac": mac,
        "dedup_key": f"{mac} {next(_numbers)}",
        "name": "IPPhone Register Failure",
        "wire_name": "IPPHONE REGISTRATION FAILURE",
        "severity": Severity.CRITICAL,
        "source": f"IPPhone/{mac}",
        "first_raised_at": NOW,
        "last_raised_at": NOW,
        "changed_at": NOW,
        **fields,
    }
    return _add(session, Alarm(**{"reported_severity": values["severity"], **values}))


def make_placeholder(session: Session, name: str, value: str, **owner: Any) -> Placeholder:
    """Add the value of a placeholder: for everybody, or for the template, tenant, site or device given by its id."""
    layer = next((layer for layer in Layer if f"{layer}_id" in owner and layer is not Layer.TENANT), None)
    layer = layer or (Layer.TENANT if "tenant_id" in owner else Layer.SYSTEM)
    return _add(session, Placeholder(layer=layer, name=name, value=value, **owner))


def make_firmware(
    session: Session, data_dir: Path, name: str = "430HD.img", content: bytes = b"\0UC_2.0.13.121"
) -> Firmware:
    """Add a firmware file, its bytes under the data folder."""
    firmware.check_name(name)
    source = data_dir / "uploaded.img"
    data_dir.mkdir(parents=True, exist_ok=True)
    source.write_bytes(content)
    with files.taken_in(data_dir / "firmware", source) as stored:
        return firmware.put(session, stored, name, author=Author("tests"), now=NOW)


def make_large_firmware(session: Session, data_dir: Path, name: str, size: int) -> Firmware:
    """Add a firmware file of so many bytes, most of it a hole."""
    made = make_firmware(session, data_dir, name)
    os.truncate(firmware.path_of(data_dir / "firmware", made), size)
    made.size = size
    return made


def make_heartbeat(session: Session, *, beat_at: datetime = NOW, running_since: datetime) -> Heartbeat:
    """Add the heartbeat of a phone plane that has run since then."""
    return _add(session, Heartbeat(name=silence.PHONE_PLANE, beat_at=beat_at, running_since=running_since))


def get_template(session: Session, name: str = TEMPLATE) -> ConfigTemplate:
    """Return a factory template of the installation."""
    return session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == name)).one()


def get_model(session: Session, name: str = "430HD") -> PhoneModel:
    """Return a phone model of the installation."""
    return session.scalars(select(PhoneModel).where(PhoneModel.name == name)).one()


def auto_detection(session: Session, tenant: Tenant) -> Site:
    """Return the site AutoDetection of a tenant."""
    return session.scalars(select(Site).where(Site.tenant_id == tenant.id, Site.is_auto_detection)).one()


def _tenant(session: Session, fields: dict[str, Any]) -> Tenant:
    """Return the tenant that is given, else Acme, which is made where there is none."""
    if "tenant" in fields:
        given: Tenant = fields["tenant"]
        return given
    return session.scalar(select(Tenant).where(Tenant.name == "Acme")) or make_tenant(session)


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
