"""The phones that an action is for: all that match what was looked for, as their MAC addresses."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.filters import Filters


def find_matching(session: Session, filters: Filters, *, at_most: int) -> Sequence[str]:
    """Return the MAC addresses of the phones that match, in their order, and no more than so many."""
    found = select(DeviceStatus.mac).where(*conditions_of(filters)).order_by(DeviceStatus.mac).limit(at_most)
    return session.scalars(found).all()
