"""Devices: how a phone becomes one, and what an administrator asks of it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import Device, DeviceStatus, PhoneUser
from app.services import journal, pending_actions


def add(session: Session, device: Device, *, by: str, address: str, now: datetime) -> Device:
    """Add a device and note who did it."""
    device.created_at = now
    session.add(device)
    session.flush()
    journal.record(
        session,
        at=now,
        actor=by,
        action="device added",
        subject=device.mac,
        text=f"The phone {device.mac} became a device of {device.tenant.name}, site {device.site.name}.",
        tenant_id=device.tenant_id,
        address=address,
    )
    return device


def find_by_mac(session: Session, macs: Collection[str]) -> Sequence[Device]:
    """Return those of these phones that are devices."""
    return session.scalars(select(Device).where(Device.mac.in_(macs))).all() if macs else []


def keys_of_users(session: Session, device_ids: Collection[int]) -> dict[int, str | None]:
    """Return for each of these devices the key of its user's name, None for a device without user."""
    if not device_ids:
        return {}
    keys = select(Device.id, PhoneUser.name_key).outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
    return dict(session.execute(keys.where(Device.id.in_(device_ids))).all())


def get_status(session: Session, mac: str) -> DeviceStatus:
    """Return the status row of a phone as the database has it (reports write past the session), or NotFoundError."""
    statement = select(DeviceStatus).where(DeviceStatus.mac == mac)
    status = session.scalar(statement.execution_options(populate_existing=True))
    if status is None:
        raise NotFoundError(f"No phone has the MAC address {mac}.")
    return status


def restart(session: Session, mac: str, *, by: str, address: str, now: datetime) -> None:
    """Ask a phone to restart; it is told in the answer to its next report."""
    status = get_status(session, mac)
    pending_actions.add(session, mac, pending_actions.RESET, asked_by=by, tenant_id=status.tenant_id, now=now)
    journal.record(
        session,
        at=now,
        actor=by,
        action="restart",
        subject=mac,
        text=f"The phone {mac} was asked to restart; it is told when it next reports.",
        tenant_id=status.tenant_id,
        address=address,
    )
