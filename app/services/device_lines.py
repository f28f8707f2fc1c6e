"""Devices as they stand below their user in a list: what each is, and how it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, Device, DeviceSeen, DeviceStatus, Firmware, PhoneModel, Site, Tenant
from app.models.enums import Status

MOST_SHOWN = 50
"""Devices of one user that a list unfolds; Devices Status has them all."""


class DeviceLine(NamedTuple):
    """One device; texts are empty where nothing is known, ``status`` is None for one that has not reported."""

    id: int
    mac: str
    display_name: str
    tenant: str
    site: str
    model: str
    template: str
    firmware: str
    ip: str
    status: Status | None
    status_changed_at: datetime | None
    seen_at: datetime | None


def of_user(session: Session, user_id: int, *, at_most: int = MOST_SHOWN) -> Sequence[DeviceLine]:
    """Return the first devices of a user, in the order of their MACs."""
    ids = select(Device.id).where(Device.phone_user_id == user_id).order_by(Device.mac).limit(at_most)
    return read(session, session.scalars(ids).all())


def read(session: Session, ids: Sequence[int]) -> list[DeviceLine]:
    """Return those of these devices that the account sees, in the order given."""
    rows = session.execute(_LINES.where(Device.id.in_(ids))) if ids else ()
    found = {row[0]: DeviceLine._make(row) for row in rows}
    return [found[device_id] for device_id in ids if device_id in found]


def _or_empty(*columns: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> ColumnElement[str]:
    return func.coalesce(*(func.nullif(column, "") for column in columns), "")


_LINES = (
    select(
        Device.id,
        Device.mac,
        Device.display_name,
        Tenant.name,
        Site.name,
        _or_empty(DeviceStatus.model, PhoneModel.name),
        _or_empty(ConfigTemplate.name),
        _or_empty(Firmware.name),
        _or_empty(DeviceStatus.ip),
        DeviceStatus.status,
        DeviceStatus.status_changed_at,
        DeviceSeen.seen_at,
    )
    .select_from(Device)
    .join(Tenant, Tenant.id == Device.tenant_id)
    .join(Site, Site.id == Device.site_id)
    .outerjoin(DeviceStatus, DeviceStatus.device_id == Device.id)
    .outerjoin(DeviceSeen, DeviceSeen.mac == Device.mac)
    .outerjoin(PhoneModel, PhoneModel.id == Device.phone_model_id)
    .outerjoin(ConfigTemplate, ConfigTemplate.id == Device.template_id)
    .outerjoin(Firmware, Firmware.id == Device.firmware_id)
)
