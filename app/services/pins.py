"""What operators chose for single devices: it stands above all rules until somebody releases it (rules 1.5)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Device, DevicePin
from app.models.enums import Stage
from app.services import journal
from app.services.author import Author
from app.services.upserts import insert_or_replace

_TABLE = table_of(DevicePin)


def pin(
    session: Session, devices: Iterable[Device], stages: Collection[Stage], *, author: Author, now: datetime
) -> None:
    """Let what devices have in these stages stay, whatever rules say; who chose last is who pinned it."""
    rows = [
        {
            "device_id": device.id,
            "stage": stage,
            "pinned_at": now,
            "pinned_by": author.name[:100],
            "tenant_id": device.tenant_id,
        }
        for device in devices
        for stage in stages
    ]
    if rows:
        insert_or_replace(session, _TABLE, rows)


def of_device(session: Session, device_id: int) -> Mapping[Stage, DevicePin]:
    """Return what is pinned for a device."""
    pins = session.scalars(select(DevicePin).where(DevicePin.device_id == device_id))
    return {pin.stage: pin for pin in pins}


def unpin(session: Session, device_ids: Collection[int], stages: Collection[Stage]) -> int:
    """Take pins away without a word in the journal, and return how many there were."""
    gone = delete(DevicePin).where(DevicePin.device_id.in_(device_ids), DevicePin.stage.in_(stages))
    released = gone.returning(DevicePin.device_id).execution_options(synchronize_session=False)
    return len(session.scalars(released).all())


def release(
    session: Session, devices: Collection[Device], stages: Collection[Stage], *, author: Author, now: datetime
) -> int:
    """Let rules decide again for devices in these stages, and return how many pins there were.

    What devices have stays until rules are asked.
    """
    ids = [device.id for device in devices]
    pinned = set(
        session.scalars(
            select(DevicePin.device_id).where(DevicePin.device_id.in_(ids), DevicePin.stage.in_(stages))
        )
    )
    released = unpin(session, ids, stages)
    journal.record_all(
        session, [_entry(device, stages, author, now) for device in devices if device.id in pinned]
    )
    return released


def _entry(device: Device, stages: Collection[Stage], author: Author, now: datetime) -> journal.Entry:
    what = "all that was pinned" if len(stages) == len(Stage) else f"the pinned {' and '.join(stages)}"
    return journal.entry(
        at=now,
        author=author,
        action="pin released",
        subject=device.mac,
        text=f"{author.name} released {what} of the phone {device.mac}.",
        tenant_id=device.tenant_id,
    )
