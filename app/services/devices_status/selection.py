"""The phones that an action is for: all that match what was looked for, as their MAC addresses."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.services.devices_status.filters import Filters
from app.services.devices_status.narrowing import narrowed


def find_matching(session: Session, filters: Filters, *, at_most: int) -> Sequence[str]:
    """Return the MAC addresses of the phones that match, in their order, and no more than so many."""
    found = (
        select(DeviceStatus.mac).where(*narrowed(session, filters)).order_by(DeviceStatus.mac).limit(at_most)
    )
    return session.scalars(found).all()
