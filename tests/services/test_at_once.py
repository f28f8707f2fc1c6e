"""Two people, or a person and a phone, with the same MAC address or name at once: one is told, nothing is twice."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import RingmasterError
from app.models import Device, DeviceStatus, PhoneUser, Tenant
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import device_changes, device_replacement, phone_user_changes
from app.services.author import Author
from app.services.device_fields import DeviceFields
from app.services.phone_user_changes import UserFields
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, make_report, record
from tests.services.statements import until_somebody_waits

WHO = {"author": Author("alice", ""), "now": NOW}
NEW = "00908f000077"
Deed = Callable[[Session], object]


@pytest.fixture
def company(database: Database) -> None:
    """Acme, with Anna and Ben."""
    with writing(database, ALL_TENANTS) as session:
        acme = factories.make_tenant(session, "Acme")
        for name in ("anna", "ben"):
            factories.make_user(session, name, tenant=acme)


def user(session: Session, name: str) -> PhoneUser:
    return session.scalars(select(PhoneUser).where(PhoneUser.name == name)).one()


def add_phone(name: str, mac: str = MAC) -> Deed:
    def deed(session: Session) -> object:
        fields = DeviceFields(template_id=factories.get_template(session).id)
        return device_changes.add(session, user(session, name), mac, fields, **WHO)

    return deed


def add_user(name: str) -> Deed:
    def deed(session: Session) -> object:
        acme = session.scalars(select(Tenant.id).where(Tenant.name == "Acme")).one()
        return phone_user_changes.add(session, UserFields(tenant_id=acme, name=name), "", **WHO)

    return deed


def replace_phone(old: str, new: str) -> Deed:
    def deed(session: Session) -> object:
        device = session.scalars(select(Device).where(Device.mac == old)).one()
        agreed = device_replacement.plan(session, device, new)
        return device_replacement.replace(
            session, device.id, new, agreed.template_id, agreed.fingerprint, **WHO
        )

    return deed


def report(**fields: str) -> Deed:
    return lambda session: record(session, make_report(Status.REGISTERED, region="Acme", **fields, **ANNA))


def at_once(database: Database, first: Deed, second: Deed) -> list[str]:
    """Do both, the second while the first has not committed; return what was refused, in sentences.

    On SQLite the second waits for its turn before it begins, on PostgreSQL for the lock of what the first holds.
    """
    refused: list[str] = []

    def do(deed: Deed, *, waits_for_the_other: bool) -> None:
        try:
            with writing(database, ALL_TENANTS) as session:
                deed(session)
                if waits_for_the_other and database.writer.dialect.name == "postgresql":
                    is_begun.set()
                    until_somebody_waits(database)
                is_begun.set()
        except RingmasterError as error:
            refused.append(str(error))

    is_begun = threading.Event()
    one = threading.Thread(target=do, args=(first,), kwargs={"waits_for_the_other": True})
    one.start()
    assert is_begun.wait(30)
    do(second, waits_for_the_other=False)
    one.join()
    return refused


@pytest.mark.usefixtures("company")
class TestTwoPeople:
    def test_the_same_new_phone_is_one_device(self, database: Database):
        (sentence,) = at_once(database, add_phone("anna"), add_phone("ben", "00:90:8F:9A:96:23"))
        assert f"{MAC} is the phone of anna (Acme) already" in sentence
        assert macs(database) == [MAC]

    def test_a_phone_that_waits_goes_to_one_of_them(self, database: Database):
        with writing(database, ALL_TENANTS) as session:
            record(session, make_report(Status.UNREGISTERED))
        (sentence,) = at_once(database, add_phone("anna"), add_phone("ben"))
        assert "is the phone of anna" in sentence
        assert macs(database) == [MAC]

    def test_one_phone_replaces_one_other(self, database: Database):
        with writing(database, ALL_TENANTS) as session:
            add_phone("anna", MAC)(session)
            add_phone("ben", "00908f000002")(session)
        (sentence,) = at_once(database, replace_phone(MAC, NEW), replace_phone("00908f000002", NEW))
        assert f"{NEW} is the phone of anna (Acme) already" in sentence
        assert macs(database) == ["00908f000002", NEW]

    def test_one_phone_is_replaced_once(self, database: Database):
        with writing(database, ALL_TENANTS) as session:
            add_phone("anna", MAC)(session)
        device_id = ids(database)[0]

        def by(new: str) -> Deed:
            return lambda session: device_replacement.replace(session, device_id, new, None, "", **WHO)

        (sentence,) = at_once(database, replace_phone(MAC, NEW), by("00908f000078"))
        assert "meanwhile" in sentence or "at this moment" in sentence
        assert macs(database) == [NEW]

    def test_the_same_name_is_one_user(self, database: Database):
        (sentence,) = at_once(database, add_user("Zoë"), add_user("ZOE\u0308"))
        assert "Zoë" in sentence or "ZOË" in sentence
        with reading(database, ALL_TENANTS) as session:
            named = select(func.count()).where(PhoneUser.name_key == "zoë")
            assert session.scalar(named) == 1


@pytest.mark.usefixtures("company")
class TestAPersonAndAPhone:
    def test_a_phone_that_reports_while_it_is_added_becomes_that_device(self, database: Database):
        assert at_once(database, add_phone("ben"), report()) == []
        with reading(database, ALL_TENANTS) as session:
            device = session.scalars(select(Device)).one()
            assert session.get_one(DeviceStatus, MAC).device_id == device.id

    def test_a_phone_that_is_added_while_it_becomes_a_device_is_told_of(self, database: Database):
        (sentence,) = at_once(database, report(), add_phone("ben"))
        assert f"{MAC} is the phone of anna@acme.com (Acme) already" in sentence
        assert macs(database) == [MAC]


def macs(database: Database) -> list[str]:
    with reading(database, ALL_TENANTS) as session:
        return list(session.scalars(select(Device.mac).order_by(Device.mac.desc())))[::-1]


def ids(database: Database) -> list[int]:
    with reading(database, ALL_TENANTS) as session:
        return list(session.scalars(select(Device.id)))
