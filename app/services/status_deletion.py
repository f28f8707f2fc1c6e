"""What phones last reported, forgotten when somebody says so (manual 6.3, Delete Devices Status)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import Decision, DeviceSeen, DeviceStatus
from app.services import journal, status_rows
from app.services.alarms import phones as alarms_of_phones
from app.services.author import Author


def delete_status(session: Session, macs: Collection[str], *, author: Author, now: datetime) -> Sequence[str]:
    """Forget what these phones reported, and end their alarms; return those of which something was kept.

    Devices stay as they are. Of a phone that is none, what was decided for it goes as well. The next report of a phone
    that still runs brings it back.
    """
    rows = status_rows.lock(session, macs)
    known = sorted(rows)
    alarms_of_phones.clear_of_removed(session, known, now=now, actor=author.name)
    no_devices = [mac for mac in known if rows[mac]["device_id"] is None]
    session.execute(delete(Decision).where(Decision.mac.in_(no_devices)))
    session.execute(delete(DeviceStatus).where(DeviceStatus.mac.in_(known)))
    session.execute(delete(DeviceSeen).where(DeviceSeen.mac.in_(known)))
    journal.record_all(
        session,
        [
            journal.entry(
                at=now,
                author=author,
                action="status deleted",
                subject=mac,
                text=f"{author.name} deleted the status of the phone {mac}.",
                tenant_id=rows[mac]["tenant_id"],
            )
            for mac in known
        ],
    )
    return known
