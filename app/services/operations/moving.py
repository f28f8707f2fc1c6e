"""Devices that an operation moves to another tenant, with all that is theirs."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import RingmasterError
from app.models import Device, Tenant
from app.services import device_moves, phone_user_changes
from app.services.author import Author


def move_device(session: Session, device: Device, tenant: Tenant, *, author: Author, now: datetime) -> str:
    """Move a device; its user goes along with his only phone, for both have one tenant.

    Return why it cannot be moved, empty where it was.
    """
    user = device.phone_user
    if user is not None and user.is_system:
        user = None
    if user is not None:
        phones = select(func.count()).select_from(Device).where(Device.phone_user_id == user.id)
        if (session.scalar(phones) or 0) > 1:
            return f"{user.name} has other phones, too: set the tenant of the user, and all of them go along."
    try:
        with session.begin_nested():
            if user is None:
                move = device_moves.plan(session, [device], tenant, now=now)
                device_moves.carry_out(session, move, author=author, now=now)
            else:
                phone_user_changes.move(session, user, tenant, author=author, now=now)
    except RingmasterError as error:
        return str(error)
    return ""
