"""Many phones that nobody knows report at once: recorded in bulk, each as if it had come alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.models import Decision, Device, JournalEntry, PhoneUser
from app.models.enums import Cause, Origin, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files, phone_users
from app.services.phone_users import NamedUser
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, make_report, record, row_of
from tests.services.statements import Statements, until_somebody_waits

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
BOB = {"user_id": "bob@acme.com", "user_name": "Bob"}
AT_ACME = {"region": "Acme"}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def macs(count, start=0):
    return [f"00908f{number:06x}" for number in range(start, start + count)]


def first_reports(count, start, status=Status.REGISTERED):
    return [
        make_report(status, mac=mac, **AT_ACME, user_id=f"{mac}@acme.com", user_name=mac)
        for mac in macs(count, start)
    ]


def named_users(session):
    return session.scalars(select(PhoneUser.name).where(~PhoneUser.is_system).order_by(PhoneUser.id)).all()


def devices_of(session):
    return session.scalars(select(Device).order_by(Device.mac)).all()


def file_of(session, mac=MAC):
    return config_files.text_of(config_files.find(session, config_files.name_for(mac)))


@pytest.mark.usefixtures("acme")
class TestStatements:
    """As many for two hundred phones as for one."""

    @pytest.mark.parametrize("status", [Status.STARTED, Status.REGISTERED])
    def test_of_first_contacts(self, session, status):
        statements = Statements(session)
        one = statements.of(session, lambda: record(session, *first_reports(1, 0, status)))
        many = statements.of(session, lambda: record(session, *first_reports(200, 1, status)))
        assert many == one

    def test_of_users_who_sign_in(self, session):
        record(session, *first_reports(201, 0))
        others = [
            make_report(Status.REGISTERED, mac=mac, user_id=f"other-{mac}", user_name=mac)
            for mac in macs(201)
        ]
        statements = Statements(session)
        one = statements.of(session, lambda: record(session, *others[:1]))
        many = statements.of(session, lambda: record(session, *others[1:]))
        assert many == one

    def test_of_devices_that_waited_for_a_template(self, session):
        unknown = [make_report(Status.REGISTERED, mac=mac, model="999HD", **AT_ACME) for mac in macs(201)]
        record(session, *unknown)
        known = [make_report(Status.REGISTERED, mac=mac) for mac in macs(201)]
        statements = Statements(session)
        one = statements.of(session, lambda: record(session, *known[:1]))
        many = statements.of(session, lambda: record(session, *known[1:]))
        assert many == one
        assert {device.template.name for device in devices_of(session)} == {"Audiocodes_430HD_LYNC"}

    def test_of_files_that_are_generated(self, session):
        record(session, *first_reports(201, 0))
        ids = [device.id for device in devices_of(session)]
        factories.make_placeholder(session, "Language", "German")
        statements = Statements(session)
        one = statements.of(session, lambda: config_files.generate_many(session, ids[:1], now=LATER))
        many = statements.of(session, lambda: config_files.generate_many(session, ids[1:], now=LATER))
        assert many == one
        assert "personal_settings/language=German\n" in file_of(session, macs(201)[-1])


@pytest.mark.usefixtures("acme")
class TestEachAsIfItHadComeAlone:
    def test_every_phone_has_its_device_user_file_and_decision(self, session, acme):
        record(session, *first_reports(3, 0))
        for device in devices_of(session):
            assert (device.tenant_id, device.origin, device.created_at) == (acme.id, Origin.ZERO_TOUCH, NOW)
            assert device.phone_user.name == f"{device.mac}@acme.com"
            assert row_of(session, device.mac).device_id == device.id
            assert f"voip/line/0/id={device.mac}@acme.com" not in file_of(session, device.mac)
            decision = session.scalars(select(Decision).where(Decision.mac == device.mac)).one()
            assert (decision.device_id, decision.cause) == (device.id, Cause.REPORT)

    def test_the_journal_names_each_device_and_user(self, session):
        record(session, *first_reports(2, 0))
        entries = session.execute(
            select(JournalEntry.action, JournalEntry.subject, JournalEntry.text, JournalEntry.address)
        ).all()
        assert sorted(entries) == sorted(
            entry
            for mac in macs(2)
            for entry in (
                (
                    "device added",
                    mac,
                    f"The phone {mac} became a device of Acme, site AutoDetection.",
                    "10.1.2.3",
                ),
                ("user added", f"{mac}@acme.com", f"The user {mac}@acme.com was added.", ""),
            )
        )

    def test_reports_of_one_phone_are_applied_in_the_order_of_their_arrival(self, session):
        record(
            session,
            make_report(Status.STARTED, **AT_ACME),
            make_report(Status.REGISTERED, **AT_ACME, **ANNA),
            make_report(Status.REGISTERED, **AT_ACME, **BOB),
            make_report(Status.OFFLINE, **AT_ACME, **BOB),
        )
        (device,) = devices_of(session)
        assert device.phone_user.name == "bob@acme.com"
        assert named_users(session) == ["anna@acme.com", "bob@acme.com"]
        assert (row_of(session).status, row_of(session).device_id) == (Status.OFFLINE, device.id)
        decisions = session.execute(select(Decision.cause, Decision.device_id).order_by(Decision.id)).all()
        assert decisions == [(Cause.REPORT, None), (Cause.REPORT, device.id)]
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "user signed in")).one()
        assert entry.text == f"bob@acme.com signed in on the phone {MAC}, where anna@acme.com was signed in."

    @ON_SQLITE
    def test_phones_that_report_the_same_new_user_share_him(self, session):
        first, second = macs(2)
        record(
            session,
            make_report(Status.REGISTERED, mac=first, **AT_ACME, **ANNA),
            make_report(Status.REGISTERED, mac=second, **AT_ACME, user_id="ANNA@acme.com", user_name="Other"),
        )
        assert named_users(session) == ["anna@acme.com"]
        one, other = devices_of(session)
        assert one.phone_user is other.phone_user
        assert one.phone_user.display_name == ANNA["user_name"]

    @ON_SQLITE
    def test_a_user_of_this_name_in_another_tenant_is_not_shared(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        first, second = macs(2)
        record(
            session,
            make_report(Status.REGISTERED, mac=first, region="Acme", **ANNA),
            make_report(Status.REGISTERED, mac=second, region="Globex", **ANNA),
        )
        assert [device.phone_user.tenant_id for device in devices_of(session)] == [acme.id, globex.id]

    @ON_SQLITE
    def test_an_imported_device_among_them_is_attached(self, session, acme):
        imported = factories.make_device(session, mac=macs(3)[1], tenant=acme)
        record(session, *first_reports(3, 0))
        assert session.scalar(select(func.count()).select_from(Device)) == 3
        assert row_of(session, imported.mac).device_id == imported.id
        session.refresh(imported)
        assert (imported.origin, imported.phone_user.name) == (
            Origin.IMPORTED,
            f"{imported.mac}@acme.com",
        )

    @ON_SQLITE
    def test_what_a_phone_may_not_say_leaves_the_others_alone(self, session):
        nobody, somebody = macs(2)
        record(
            session,
            make_report(Status.REGISTERED, mac=nobody, **AT_ACME, user_id="system", user_name="System"),
            make_report(Status.REGISTERED, mac=somebody, **AT_ACME, **ANNA),
        )
        users = [device.phone_user and device.phone_user.name for device in devices_of(session)]
        assert users == [None, "anna@acme.com"]


@ON_POSTGRESQL
def test_a_user_whom_another_process_makes_meanwhile_is_found(database):
    with writing(database, ALL_TENANTS) as session:
        tenant_id = factories.make_tenant(session, "Acme").id
    anna, bob, carol = (
        NamedUser(tenant_id=tenant_id, name=name, display_name="") for name in ("anna", "bob", "carol")
    )

    def find_or_add(*users):
        with writing(database, ALL_TENANTS) as session:
            return phone_users.find_or_add_all(session, users, now=NOW)

    with ThreadPoolExecutor(1) as other:
        with writing(database, ALL_TENANTS) as session:
            first = phone_users.find_or_add_all(session, [bob, anna], now=NOW)
            waiting = other.submit(find_or_add, carol, bob, anna)
            until_somebody_waits(database)
        second = waiting.result()
    assert {key: second[key] for key in first} == first
    with reading(database, ALL_TENANTS) as session:
        assert named_users(session) == ["anna", "bob", "carol"]
        added = select(JournalEntry.subject).where(JournalEntry.action == "user added")
        assert sorted(session.scalars(added)) == ["anna", "bob", "carol"]


@ON_POSTGRESQL
def test_two_processes_that_record_the_same_new_phones_neither_fail_nor_add_them_twice(database):
    with writing(database, ALL_TENANTS) as session:
        factories.make_tenant(session, "Acme")
    reports = [
        make_report(Status.REGISTERED, mac=mac, **AT_ACME, user_id=f"user-{number % 7}", user_name="Shared")
        for number, mac in enumerate(macs(60))
    ]
    start = Barrier(2)

    def record_in_batches(ordered):
        for number in range(0, len(ordered), 20):
            start.wait()
            with writing(database, ALL_TENANTS) as session:
                record(session, *ordered[number : number + 20])

    with ThreadPoolExecutor(2) as processes:
        orders = (reports, [*reports[19::-1], *reports[39:19:-1], *reports[:39:-1]])
        list(processes.map(record_in_batches, orders))
    with reading(database, ALL_TENANTS) as session:
        assert [device.mac for device in devices_of(session)] == macs(60)
        assert sorted(named_users(session)) == [f"user-{number}" for number in range(7)]
        added = select(func.count()).where(JournalEntry.action == "device added")
        assert session.scalar(added) == 60
