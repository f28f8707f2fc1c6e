"""What phones are found and sorted by on PostgreSQL: the database keeps it, and only when a text changes."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.models import DeviceStatus, PhoneSearch
from app.models.enums import Status
from tests.factories import NOW, make_status
from tests.services.reporting import ANNA, MAC, make_report, record

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True),
]


def kept(session: Session) -> PhoneSearch:
    session.flush()
    session.expire_all()
    return session.scalars(select(PhoneSearch)).one()


def place(session: Session) -> str:
    """Return where the row lies, which every write to it changes."""
    session.flush()
    return str(session.scalar(text("SELECT ctid FROM phone_search")))


def test_a_phone_has_its_texts_without_case_and_what_it_is_sorted_by(session: Session):
    make_status(
        session, mac=MAC, user_name="Änna MEIER", user_id="Anna@Acme.com", ip="10.1.2.3", location="Floor 3"
    )
    row = kept(session)
    assert {"Änna meier", "anna@acme.com", "10.1.2.3", MAC} <= set(row.words.split("\n"))
    assert (row.user_key, row.location_key, row.ip_number) == ("änna meier", "floor 3", 0x0A010203)


@pytest.mark.parametrize("ip", ["", "fe80::7", "not.an.IPv4.address", "1.2.3.4.5", "1.2.3.1234"])
def test_what_is_no_ipv4_address_has_no_number(session: Session, ip: str):
    make_status(session, mac=MAC, ip=ip)
    assert kept(session).ip_number is None


def test_a_report_writes_it_only_where_one_of_its_texts_changes(session: Session):
    record(session, make_report(Status.REGISTERED, **ANNA))
    before = place(session)
    record(
        session,
        make_report(Status.UNREGISTERED, **ANNA, usb_headset="Jabra", vlan_id="7"),
        now=NOW + timedelta(minutes=1),
    )
    assert session.scalars(select(DeviceStatus.status)).one() is Status.UNREGISTERED
    assert place(session) == before
    record(
        session,
        make_report(Status.REGISTERED, **ANNA | {"user_name": "Anna B"}),
        now=NOW + timedelta(minutes=2),
    )
    assert place(session) != before
    assert kept(session).user_key == "anna b"


def test_it_follows_statements_past_the_models_and_goes_with_its_phone(session: Session):
    make_status(session, mac=MAC, phone_number="+49301")
    session.execute(update(DeviceStatus).values(phone_number="+49302"))
    assert "+49302" in kept(session).words
    session.execute(delete(DeviceStatus))
    assert session.scalars(select(PhoneSearch)).all() == []
