"""Reports as the phone API hands them to the services, with a default for every field."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.models.enums import Status
from app.services import presence, silence
from app.services.presence import Recorded
from app.services.reports import Report
from tests.factories import NOW

MAC = "00908f9a9623"
ADDRESS = "10.1.2.3"
USER_AGENT = "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0"
GENERIC = {
    "firmware_version": "2.2.16.142.46",
    "user_agent": "AUDC-IPPhone/2.2.16.142.46 (430HD; 00908F9A9623)",
}
ANNA = {"user_id": "Anna@acme.com", "user_name": "Anna A", "phone_number": "+97239764713"}


def make_report(
    status: Status | None = Status.STARTED,
    *,
    mac: str = MAC,
    peer: str = ADDRESS,
    url_tenant: str = "",
    too_long: tuple[str, ...] = (),
    **fields: str,
) -> Report:
    """Return a report of a phone of Skype for Business."""
    usual = {"ip": ADDRESS, "model": "430HD", "firmware_version": "UC_2.0.13.121", "user_agent": USER_AGENT}
    return Report(mac, {**usual, **fields}, status, peer, url_tenant, too_long)


def record(session: Session, *reports: Report, now: datetime = NOW) -> Recorded:
    """Record reports, and the last contacts that a door writes a moment later."""
    recorded = presence.record_keep_alives(session, reports, now=now)
    presence.touch_last_seen(session, recorded.heard)
    return recorded


def report(
    session: Session, status: Status | None = Status.STARTED, *, now: datetime = NOW, **said: Any
) -> DeviceStatus:
    """Record one report and return the row as it is then."""
    made = make_report(status, **said)
    record(session, made, now=now)
    return row_of(session, made.mac)


def row_of(session: Session, mac: str = MAC) -> DeviceStatus:
    """Return a phone's row as the database has it."""
    return session.get_one(DeviceStatus, mac, populate_existing=True)


def sweep(session: Session, *, now: datetime = NOW) -> int:
    """Look for phones that fell silent and mark them, as the scheduler does; return how many were marked."""
    before = silence.deadline(session, now=now)
    if before is None:
        return 0
    macs = silence.find_silent(session, before=before)
    return silence.mark_disconnected(session, macs, before=before, now=now)
