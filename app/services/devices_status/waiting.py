"""The phones of the list that wait for approval, all that match at once."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.filters import PENDING, Filters


def find_waiting(session: Session, filters: Filters, *, at_most: int) -> Sequence[str]:
    """Return the MAC addresses of those that match and become devices only when somebody approves them."""
    conditions = conditions_of(replace(filters, approval=PENDING))
    found = select(DeviceStatus.mac).where(*conditions).order_by(DeviceStatus.mac).limit(at_most)
    return session.scalars(found).all()
