"""Unchanged reports cost next to nothing, and several reports of one phone are applied one after the other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Device, DeviceStatus, JournalEntry, PhoneUser, Tenant
from app.models.enums import Status
from app.phone_api.keep_alive import COLUMNS
from app.rules.report_limits import REPORT_LIMITS
from app.services import approval, pending_actions, presence
from app.services.approval import ApprovalRequest
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, make_report, record, report, row_of, sweep
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LATER = NOW + timedelta(minutes=5)
AT_ACME = {"region": "Acme"}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def named_users(session):
    return session.scalars(select(PhoneUser.name).where(~PhoneUser.is_system).order_by(PhoneUser.id)).all()


def user_of_device(session):
    return session.scalars(select(Device)).one().phone_user.name


def macs(count):
    return [f"00908f{number:06x}" for number in range(count)]


class TestUnchangedReports:
    def test_nothing_is_written_but_the_last_contact_which_is_left_to_be_written(self, session):
        reports = [make_report(mac=mac) for mac in macs(50)]
        record(session, *reports)
        session.flush()
        statements = Statements(session)
        recorded = presence.record_keep_alives(session, reports, now=LATER)
        assert recorded.requests == [[]] * 50
        assert recorded.heard == dict.fromkeys(macs(50), LATER)
        assert len(statements.texts) == 1
        assert all(statement.lstrip().startswith(("SELECT", "WITH")) for statement in statements.texts)
        assert presence.seen_at(session, MAC) is None
        presence.touch_last_seen(session, recorded.heard)
        assert {presence.seen_at(session, mac) for mac in macs(50)} == {LATER}

    @ON_SQLITE
    @pytest.mark.usefixtures("acme")
    def test_a_changed_report_of_a_device_costs_no_statement_of_its_own(self, session):
        for mac in macs(40):
            report(session, Status.REGISTERED, mac=mac, **AT_ACME, **ANNA)
        statements = Statements(session)

        def changed(count, location):
            said = {**ANNA, "location": location}
            reports = [make_report(Status.REGISTERED, mac=mac, **said) for mac in macs(count)]
            return lambda: record(session, *reports)

        assert statements.of(session, changed(40, "1")) == statements.of(session, changed(2, "2"))

    @ON_SQLITE
    def test_a_changed_report_of_a_phone_that_waits_costs_no_statement_of_its_own(self, session):
        record(session, *[make_report(mac=mac) for mac in macs(40)])
        statements = Statements(session)

        def changed(count, location):
            return lambda: record(session, *[make_report(mac=mac, location=location) for mac in macs(count)])

        assert statements.of(session, changed(40, "1")) == statements.of(session, changed(2, "2"))

    def test_the_digest_sees_every_field_and_not_the_order_in_which_they_come(self):
        usual = make_report()
        assert make_report(**dict(reversed(list(usual.fields.items())))).digest == usual.digest
        others = [
            make_report(Status.REGISTERED),
            make_report(None),
            make_report(peer="10.1.2.4"),
            make_report(url_tenant="Acme"),
            make_report(too_long=("location",)),
            *(make_report(**{name: "another"}) for name in [*usual.fields, "location", "vlan_id"]),
        ]
        assert len({made.digest for made in [usual, *others]}) == len(others) + 1
        assert {len(made.digest) for made in others} == {16}

    def test_after_the_sweep_an_identical_report_counts_as_a_change(self, session):
        report(session, Status.REGISTERED)
        factories.make_heartbeat(session, beat_at=LATER + timedelta(hours=9), running_since=NOW)
        assert sweep(session, now=LATER + timedelta(hours=9)) == 1
        assert report(session, Status.REGISTERED, now=LATER + timedelta(hours=10)).status is Status.REGISTERED

    @pytest.mark.usefixtures("acme")
    def test_who_comes_back_is_not_found_silent_again_before_its_last_contact_is_written(self, session):
        report(session, Status.REGISTERED, **AT_ACME, **ANNA)
        much_later = LATER + timedelta(hours=9)
        factories.make_heartbeat(session, beat_at=much_later, running_since=NOW)
        assert sweep(session, now=much_later) == 1
        said = make_report(Status.REGISTERED, **AT_ACME, **ANNA)
        presence.record_keep_alives(session, [said], now=much_later)
        assert sweep(session, now=much_later) == 0
        assert row_of(session).status is Status.REGISTERED

    @ON_SQLITE
    def test_after_an_approval_an_identical_report_counts_as_a_change(self, session, acme):
        report(session, Status.REGISTERED, **ANNA)
        approval.approve(session, MAC, ApprovalRequest(tenant_id=acme.id), author=Author("alice"), now=NOW)
        device_id = row_of(session).device_id
        assert device_id is not None
        assert row_of(session).digest is None
        record(session, make_report(Status.REGISTERED, **ANNA))
        row = row_of(session)
        assert row.device_id == device_id
        assert row.digest is not None

    @ON_SQLITE
    def test_after_its_tenant_was_deleted_a_phone_that_waits_is_placed_anew(self, session, acme):
        report(session, Status.STARTED, **AT_ACME)
        session.get_one(DeviceStatus, MAC).digest = None
        acme.name = "Renamed"
        session.flush()
        assert report(session, Status.STARTED, **AT_ACME).tenant.name == "Default"


class TestSeveralReportsAtOnce:
    @pytest.mark.usefixtures("acme")
    def test_each_is_applied_on_what_the_one_before_left(self, session):
        record(
            session,
            make_report(Status.STARTED, **AT_ACME),
            make_report(Status.REGISTERED, **ANNA),
            make_report(Status.REGISTERED, user_id="bob@acme.com", user_name="Bob"),
            make_report(Status.UNREGISTERED, user_id="bob@acme.com", user_name="Bob"),
        )
        assert row_of(session).status is Status.UNREGISTERED
        assert named_users(session) == ["anna@acme.com", "bob@acme.com"]
        assert user_of_device(session) == "bob@acme.com"

    @ON_SQLITE
    def test_back_to_what_was_stored_is_a_change_as_well(self, session):
        report(session, Status.STARTED)
        record(session, make_report(Status.OFFLINE), make_report(Status.STARTED), now=LATER)
        assert (row_of(session).status, row_of(session).status_changed_at) == (Status.STARTED, LATER)

    @ON_SQLITE
    def test_the_first_of_them_gets_the_waiting_actions(self, session):
        pending_actions.add(session, MAC, pending_actions.RESET, asked_by="alice", tenant_id=None, now=NOW)
        recorded = record(session, make_report(mac="00908f000001"), make_report(), make_report())
        assert recorded.requests == [[], ['{"cmd": "reset"}'], []]


class TestTextsThatAreTooLong:
    @ON_SQLITE
    @pytest.mark.usefixtures("acme")
    def test_the_report_counts_the_journal_tells_and_no_user_is_made(self, session):
        row = report(session, Status.REGISTERED, too_long=("location",), **AT_ACME, **ANNA)
        assert (row.status, row.device_id) == (Status.REGISTERED, None)
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == MAC)).one()
        assert "location" in entry.text
        assert named_users(session) == []

    @ON_SQLITE
    def test_the_journal_tells_once_as_long_as_the_phone_says_the_same(self, session):
        for minutes in range(3):
            report(session, too_long=("location",), now=NOW + timedelta(minutes=minutes))
        assert len(session.scalars(select(JournalEntry).where(JournalEntry.subject == MAC)).all()) == 1

    @ON_SQLITE
    @pytest.mark.usefixtures("acme")
    def test_nobody_takes_a_device_over_by_such_a_report(self, session):
        report(session, Status.REGISTERED, **AT_ACME, **ANNA)
        report(session, Status.REGISTERED, too_long=("location",), user_id="bob@acme.com", user_name="Bob")
        assert user_of_device(session) == "anna@acme.com"
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob")
        assert user_of_device(session) == "bob@acme.com"


def test_what_phones_may_send_fits_its_column():
    columns = DeviceStatus.__table__.columns
    assert COLUMNS.keys() == REPORT_LIMITS.keys()
    too_small = {
        name
        for name, column in COLUMNS.items()
        if name != "ip" and columns[column].type.length < REPORT_LIMITS[name]
    }
    assert too_small == set()
    assert columns["ip"].type.length >= len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
    assert columns["url_tenant"].type.length >= max(
        REPORT_LIMITS["region"], Tenant.__table__.columns["name"].type.length
    )
    assert PhoneUser.__table__.columns["display_name"].type.length >= REPORT_LIMITS["username"]
