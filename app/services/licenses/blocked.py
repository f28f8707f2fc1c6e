"""Phones that are blocked: they would be devices, and licences have no room for them.

A blocked phone is a status row that says so. It reports like any other; what it reports is not looked at again until
there is room, which the scheduler notices, or something of it changes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.services import status_rows
from app.services.fleet_counts import kinds
from app.services.licenses import room

_LOOKED_AT = 5_000
"""Blocked phones that are looked at together, those that have waited longest first."""


def count(session: Session) -> int:
    """Return how many phones that the account sees are blocked."""
    return session.scalar(select(func.count()).select_from(DeviceStatus).where(*_IS_BLOCKED)) or 0


def find_with_room(session: Session, *, now: datetime) -> Sequence[str]:
    """Return blocked phones for which there is room now, no more than there is room for."""
    waiting = session.execute(
        select(DeviceStatus.mac, DeviceStatus.tenant_id)
        .where(*_IS_BLOCKED, DeviceStatus.digest.is_not(None))
        .order_by(DeviceStatus.first_seen_at, DeviceStatus.mac)
        .limit(_LOOKED_AT)
    ).all()
    wanted = Counter(tenant_id for _, tenant_id in waiting if tenant_id is not None)
    if not wanted:
        return []
    free = room.read(session, wanted.keys(), now=now)
    return [mac for mac, tenant_id in waiting if tenant_id is not None and not free.take(tenant_id)]


def let_in(session: Session, macs: Collection[str]) -> int:
    """Let the next report of these phones count as a change: they become devices with it. Returns how many they are."""
    blocked = [mac for mac, row in status_rows.lock(session, macs).items() if row["is_blocked"]]
    status_rows.forget_digests(session, blocked)
    return len(blocked)


_IS_BLOCKED = (kinds.is_blocked(),)
