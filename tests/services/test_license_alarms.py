"""The alarms of the licence: raised, made worse, cleared and left alone, as the scheduler does it each minute."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Alarm
from app.models.enums import Severity, SourceKind
from app.services.alarms import deeds
from app.services.alarms.deeds import Deed, Order
from app.services.author import Author
from app.services.licenses import alarms
from tests import factories, licensed

CRITICAL, MAJOR = Severity.CRITICAL, Severity.MAJOR
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _issuer(database: Database) -> Iterator[None]:
    with licensed.trusted():
        yield


def settle(session: Session, now: datetime) -> dict[str, Severity]:
    """Do what is due, and return how bad the alarms are that stand, by their info, or name where they have none."""
    alarms.settle(session, alarms.find_due(session, now=now), now=now)
    assert alarms.find_due(session, now=now) == [], "nothing is due twice"
    session.expire_all()
    active = session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)))
    return {alarm.info1 or alarm.name: alarm.severity for alarm in active}


def test_the_period_goes_by_and_a_new_licence_clears_it(session: Session) -> None:
    licensed.install(session)
    assert settle(session, JUNE) == {}
    assert settle(session, NOVEMBER) == {"period": MAJOR}
    assert settle(session, JANUARY) == {"period": CRITICAL}
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.name, alarm.source_kind, alarm.tenant_id, alarm.info2, alarm.text) == (
        "Endpoint License Alarm",
        SourceKind.SERVER,
        None,
        "Endpoint License capacity 100 devices.",
        "100% of the period defined in the license has been consumed.",
    )
    licensed.install(session, until="2029-12-31")
    assert settle(session, JANUARY) == {}


def test_the_capacity_fills_up_and_empties(session: Session) -> None:
    licensed.install(session, devices="5")
    devices = [factories.make_device(session) for _ in range(5)]
    assert settle(session, JUNE) == {"capacity": CRITICAL}
    session.delete(devices.pop())
    session.flush()
    assert settle(session, JUNE) == {"capacity": MAJOR}
    session.delete(devices.pop())
    session.flush()
    assert settle(session, JUNE) == {}


def test_blocked_phones_are_one_alarm(session: Session) -> None:
    statuses = [factories.make_status(session, is_blocked=True) for _ in range(3)]
    assert settle(session, JUNE) == {"Endpoints Blocked": MAJOR}
    for status in statuses:
        status.is_blocked = False
    session.flush()
    assert settle(session, JUNE) == {}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_that_was_deleted_comes_back_when_it_is_worse_or_the_next_day(session: Session) -> None:
    licensed.install(session)
    for now, then in ((NOVEMBER, {"period": MAJOR}), (JANUARY, {"period": CRITICAL})):
        assert settle(session, now) == then
        ids = session.scalars(select(Alarm.id).where(Alarm.cleared_at.is_(None))).all()
        deeds.do(session, ids, Order(deed=Deed.DELETE), author=Author("anna"), now=now)
        assert settle(session, now + timedelta(hours=1)) == {}
    assert settle(session, JANUARY + DAY) == {"period": CRITICAL}
