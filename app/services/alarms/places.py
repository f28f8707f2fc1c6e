"""Where phones are, and what they are: what an alarm of one shows."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.rules.alarms.in_memory import AlarmRow


class Place(NamedTuple):
    """A phone, by what it last reported."""

    mac: str
    ip: str
    tenant_id: int | None
    site_id: int | None
    model: str
    firmware_version: str

    @property
    def said(self) -> AlarmRow:
        """What each repeat brings up to date."""
        return {"ip": self.ip, "tenant_id": self.tenant_id, "site_id": self.site_id}

    @property
    def fixed(self) -> AlarmRow:
        """What stays as it was when the alarm was raised."""
        return {"mac": self.mac, "model": self.model, "firmware_version": self.firmware_version}


COLUMNS = (
    DeviceStatus.mac,
    DeviceStatus.ip,
    DeviceStatus.tenant_id,
    DeviceStatus.site_id,
    DeviceStatus.model,
    DeviceStatus.firmware_version,
)
"""What is read of a status row to make a place of it."""


def lock(session: Session, macs: Collection[str]) -> dict[str, Place]:
    """Return where those of these phones are that were heard of.

    Their rows are locked in the order of their MACs, so that of two processes that get alarms of one phone the second
    sees what the first wrote.
    """
    if not macs:
        return {}
    wanted = select(*COLUMNS).where(DeviceStatus.mac.in_(macs)).order_by(DeviceStatus.mac).with_for_update()
    return {row.mac: Place._make(row) for row in session.execute(wanted)}
