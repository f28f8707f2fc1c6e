"""The subnet of a phone follows what it reports, whichever way its report is recorded."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.models.enums import Status
from app.services import presence
from app.services.reports import Report
from tests.factories import NOW, make_device, make_status

HERE, THERE = "255.255.255.0", "255.255.254.0"


def report(session: Session, mac: str, **fields: str) -> str:
    """Record a report, and return the subnet that is kept."""
    said = Report(mac, fields, Status.REGISTERED, "203.0.113.7")
    presence.record_keep_alives(session, [said], now=NOW)
    return session.scalars(select(DeviceStatus.subnet).where(DeviceStatus.mac == mac)).one()


def test_the_first_report_of_a_phone_has_a_subnet(session: Session) -> None:
    assert report(session, "00908f0000aa", ip="10.1.3.4", subnet_mask=HERE) == "10.1.3.0/24"


def test_a_known_phone_moves_with_its_address_and_with_its_mask(session: Session) -> None:
    device = make_device(session)
    make_status(session, device=device, ip="10.1.2.3", subnet_mask=HERE)
    session.flush()
    assert report(session, device.mac, ip="10.1.3.4") == "10.1.3.0/24"
    assert report(session, device.mac, ip="10.1.3.4", subnet_mask=THERE) == "10.1.2.0/23"
    assert report(session, device.mac, ip="10.1.3.4", location="Floor 3") == "10.1.2.0/23"
