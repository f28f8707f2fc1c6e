"""Alarms: raised, repeated and cleared, one active row for each phone and kind (protocol 4.3)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Alarm, AlarmChange
from app.models.enums import AlarmDeed, ClearedBy, Severity, SourceKind, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import recording
from app.services.alarms.recording import Alert
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, make_report, record, report
from tests.services.statements import Statements, until_somebody_waits

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LATER = NOW + timedelta(minutes=5)
REGISTRATION, LOGIN, EVENT = (
    "IPPHONE REGISTRATION FAILURE",
    "IPPHONE LYNC LOGIN FAILURE",
    "IPPHONE GENERAL LOCAL EVENT",
)


def make_alert(name=REGISTRATION, *, mac=MAC, severity=Severity.CRITICAL, is_clear=False, **said):
    values = {
        "mac": mac,
        "source": f"IPPhone/{mac}",
        "wire_name": name,
        "severity": severity,
        "is_clear": is_clear,
        "text": "",
        "info1": "",
        "info2": "",
        "unique_id": "2",
        "reported_type": "2",
        "reported_cause": "5",
        "reported_date": "2017-07-217T12:24:18",
        "peer": "192.0.2.7",
    }
    return Alert(**{**values, **said})


def send(session, *alerts, now=NOW):
    recording.record(session, alerts, now=now)


def clear(name=REGISTRATION, **said):
    return make_alert(name, severity=Severity.CLEARED, is_clear=True, **said)


def deeds(session, alarm):
    """What happened to an alarm after it was raised, in order, and to what."""
    changes = select(AlarmChange).where(AlarmChange.alarm_id == alarm.id).order_by(AlarmChange.id)
    return [(change.deed, change.new) for change in session.scalars(changes)]


def listed(session):
    return session.scalars(select(Alarm).order_by(Alarm.id)).all()


@pytest.fixture
def waiting(session):
    """A phone that nobody approved."""
    return report(session, Status.UNREGISTERED, **ANNA)


@pytest.mark.usefixtures("waiting")
class TestRaising:
    def test_a_phone_that_waits_is_listed_with_its_place(self, session, waiting):
        send(session, make_alert(text="no answer"))
        (alarm,) = listed(session)
        assert (alarm.name, alarm.severity, alarm.text) == (
            "IPPhone Register Failure",
            Severity.CRITICAL,
            "no answer",
        )
        assert (alarm.tenant_id, alarm.site_id, alarm.ip) == (waiting.tenant_id, waiting.site_id, "10.1.2.3")
        assert (alarm.remote_host, alarm.source) == ("192.0.2.7", f"IPPhone/{MAC}")
        assert (alarm.first_raised_at, alarm.last_raised_at, alarm.cleared_at) == (NOW, NOW, None)
        assert (alarm.model, alarm.firmware_version) == ("430HD", "UC_2.0.13.121")
        assert (alarm.reported_severity, alarm.source_kind) == (Severity.CRITICAL, SourceKind.PHONE)

    def test_a_repeat_counts_and_brings_the_row_up_to_date(self, session):
        send(session, make_alert(text="first"))
        send(
            session,
            make_alert(severity=Severity.WARNING, text="second", peer="192.0.2.8", unique_id="9"),
            now=LATER,
        )
        (alarm,) = listed(session)
        assert (alarm.count, alarm.first_raised_at, alarm.last_raised_at) == (2, NOW, LATER)
        assert deeds(session, alarm) == [(AlarmDeed.SEVERITY, Severity.WARNING)]
        assert (alarm.severity, alarm.text, alarm.remote_host, alarm.unique_id) == (
            Severity.WARNING,
            "second",
            "192.0.2.8",
            "9",
        )

    @ON_SQLITE
    @pytest.mark.parametrize(
        "spelling",
        [
            "IPPhone Register Failure",
            "ipphone registration failure",
            "IP PHONE REGISTRATION FAILURE",
            "IPPhoneRegisterFailure",
        ],
    )
    def test_every_spelling_is_the_same_alarm(self, session, spelling):
        send(session, make_alert(REGISTRATION), make_alert(spelling))
        (alarm,) = listed(session)
        assert (alarm.count, alarm.name, alarm.wire_name) == (2, "IPPhone Register Failure", spelling)

    @ON_SQLITE
    def test_a_name_nobody_knows_is_listed_as_it_is(self, session):
        send(session, make_alert("IPPHONE COFFEE IS COLD"), make_alert("ipphone coffee is cold"))
        (alarm,) = listed(session)
        assert (alarm.count, alarm.name, alarm.is_event) == (2, "IPPHONE COFFEE IS COLD", False)

    @ON_SQLITE
    def test_phones_and_kinds_are_kept_apart(self, session):
        record(session, make_report(mac="00908f000001"))
        send(session, make_alert(), make_alert(LOGIN), make_alert(mac="00908f000001"))
        assert len(listed(session)) == 3

    @ON_SQLITE
    def test_events_are_kept_apart_by_their_code(self, session):
        send(
            session, make_alert(EVENT, info1="1"), make_alert(EVENT, info1="2"), make_alert(EVENT, info1="1")
        )
        assert [(alarm.info1, alarm.count, alarm.is_event) for alarm in listed(session)] == [
            ("1", 2, True),
            ("2", 1, True),
        ]

    @ON_SQLITE
    @pytest.mark.parametrize("mac", [None, "00908fffffff"])
    def test_a_phone_never_heard_of_is_not_listed(self, session, mac):
        send(session, make_alert(mac=mac, source="IPPhone/x"), make_alert())
        assert [alarm.mac for alarm in listed(session)] == [MAC]

    @ON_SQLITE
    def test_a_report_of_the_same_transaction_is_seen(self, session):
        send(session, make_alert())
        record(session, make_report(Status.UNREGISTERED, **{**ANNA, "ip": "10.7.7.7"}))
        send(session, make_alert())
        assert listed(session)[0].ip == "10.7.7.7"


@pytest.mark.usefixtures("waiting")
class TestClearing:
    def test_a_clear_ends_the_alarm_and_keeps_it_as_history(self, session):
        send(session, make_alert(), clear(), now=NOW)
        (alarm,) = listed(session)
        assert (alarm.cleared_at, alarm.severity, alarm.count) == (NOW, Severity.CRITICAL, 1)
        assert alarm.cleared_by is ClearedBy.PHONE

    def test_raised_again_within_five_minutes_it_goes_on_as_the_same(self, session):
        send(session, make_alert(), clear())
        send(session, make_alert(severity=Severity.MINOR, text="again"), now=LATER)
        (alarm,) = listed(session)
        assert (alarm.is_active, alarm.count, alarm.reopened, alarm.cleared_by) == (True, 2, 1, None)
        assert (alarm.text, alarm.severity, alarm.first_raised_at) == ("again", Severity.MINOR, NOW)
        assert deeds(session, alarm) == [
            (AlarmDeed.CLEAR, ClearedBy.PHONE),
            (AlarmDeed.REOPEN, Severity.MINOR),
        ]

    def test_raised_again_later_it_is_another_row(self, session):
        send(session, make_alert(), clear())
        send(session, make_alert(), now=LATER + timedelta(seconds=1))
        assert [(alarm.is_active, alarm.count) for alarm in listed(session)] == [(False, 1), (True, 1)]

    @ON_SQLITE
    def test_cleared_and_raised_in_one_request_it_goes_on_as_well(self, session):
        send(session, make_alert(), clear(), make_alert(), clear())
        (alarm,) = listed(session)
        assert (alarm.is_active, alarm.count) == (False, 2)
        assert [deed for deed, _ in deeds(session, alarm)] == [
            AlarmDeed.CLEAR, AlarmDeed.REOPEN, AlarmDeed.CLEAR
        ]  # fmt: skip

    @ON_SQLITE
    def test_a_clear_of_nothing_is_nothing(self, session):
        send(session, clear(), clear())
        assert listed(session) == []

    @ON_SQLITE
    def test_a_clear_finds_its_alarm_by_any_spelling_of_the_name(self, session):
        send(session, make_alert(LOGIN), clear("IPPhone Lync Login Failure"))
        assert not listed(session)[0].is_active

    @ON_SQLITE
    def test_or_by_the_number_that_the_phone_gave_it(self, session):
        send(session, make_alert(LOGIN, unique_id="7"), make_alert(REGISTRATION, unique_id="8"))
        send(session, clear("ALARM CLEARED", unique_id="7"))
        assert [alarm.is_active for alarm in listed(session)] == [False, True]

    @ON_SQLITE
    def test_the_number_of_another_phone_clears_nothing(self, session):
        record(session, make_report(mac="00908f000001"))
        send(session, make_alert(unique_id="7"))
        send(
            session,
            clear("ALARM CLEARED", mac="00908f000001", unique_id="7"),
            clear("ALARM CLEARED", unique_id=""),
        )
        assert listed(session)[0].is_active


@ON_SQLITE
def test_an_alarm_belongs_to_the_tenant_that_the_phone_is_in_by_then(session):
    acme = factories.make_tenant(session, "Acme")
    report(session)
    send(session, make_alert())
    report(session, region="Acme")
    send(session, make_alert())
    (alarm,) = listed(session)
    assert alarm.tenant_id == acme.id


class TestManyAtOnce:
    """One list of alarms is what one alarm after the other would have been (docs/decisions/0014)."""

    @pytest.fixture
    def phones(self, session):
        macs = [f"00908f{number:06x}" for number in range(201)]
        record(session, *(make_report(mac=mac) for mac in macs))
        return macs

    @pytest.mark.parametrize(
        "first", [[], [make_alert], [make_alert, clear]], ids=["raised", "repeated", "reopened"]
    )
    @pytest.mark.parametrize("then", [make_alert, clear], ids=["raise", "clear"])
    def test_take_as_many_statements_as_one(self, session, phones, first, then):
        for make in first:
            send(session, *(make(mac=mac) for mac in phones))
        statements = Statements(session)
        one = statements.of(session, lambda: send(session, then(mac=phones[0])))
        many = statements.of(session, lambda: send(session, *(then(mac=mac) for mac in phones[1:])))
        assert many == one

    @ON_SQLITE
    def test_each_finds_what_those_before_it_left(self, session, phones):
        one, other = phones[:2]
        send(session, make_alert(mac=other, text="from before"))
        send(
            session,
            make_alert(mac=one, text="first"),
            clear(mac=other),
            make_alert(mac=one, text="second"),
            clear(mac=one),
            make_alert(mac=other, text="again"),
            make_alert(mac=one, text="third"),
            now=LATER,
        )
        rows = {(alarm.mac, alarm.text): (alarm.count, alarm.reopened) for alarm in listed(session)}
        assert rows == {(other, "again"): (2, 1), (one, "third"): (3, 1)}

    @ON_SQLITE
    def test_a_number_finds_the_alarm_that_was_raised_just_before(self, session, phones):
        mac = phones[0]
        send(
            session,
            make_alert(LOGIN, mac=mac, unique_id="7"),
            make_alert(REGISTRATION, mac=mac, unique_id="7"),
            clear("ALARM CLEARED", mac=mac, unique_id="7"),
        )
        assert {alarm.name: alarm.is_active for alarm in listed(session)} == {
            "IPPhone Lync Login Failure": True,
            "IPPhone Register Failure": False,
        }


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_alarms_of_one_phone_in_two_processes_are_one_alarm(database):
    with writing(database, ALL_TENANTS) as session:
        report(session)

    def raise_again():
        with writing(database, ALL_TENANTS) as session:
            send(session, make_alert(text="second"))

    with ThreadPoolExecutor(1) as other:
        with writing(database, ALL_TENANTS) as session:
            send(session, make_alert(text="first"))
            waiting = other.submit(raise_again)
            until_somebody_waits(database)
        waiting.result()
    with reading(database, ALL_TENANTS) as session:
        assert [(alarm.text, alarm.count) for alarm in listed(session)] == [("second", 2)]


class TestRecovery:
    """What a phone reports of itself ends some alarms without a word of them (rules 3.2)."""

    @pytest.fixture(autouse=True)
    def _three_alarms(self, session):
        report(session, Status.UNREGISTERED, user_id="", user_name="")
        send(session, *(make_alert(name) for name in (REGISTRATION, LOGIN, EVENT)))

    def active(self, session):
        return [alarm.wire_name for alarm in listed(session) if alarm.cleared_at is None]

    def test_registered_it_has_no_registration_failure(self, session):
        report(session, Status.REGISTERED, now=LATER)
        assert self.active(session) == [LOGIN, EVENT]
        alarm = listed(session)[0]
        assert (alarm.cleared_at, alarm.cleared_by) == (LATER, ClearedBy.STATE)
        assert deeds(session, alarm) == [(AlarmDeed.CLEAR, ClearedBy.STATE)]

    def test_registered_with_a_user_it_has_no_login_failure_either(self, session):
        report(session, Status.REGISTERED, **ANNA)
        assert self.active(session) == [EVENT]

    @ON_SQLITE
    @pytest.mark.parametrize("status", [Status.STARTED, Status.UNREGISTERED, Status.OFFLINE, None])
    def test_no_other_status_ends_anything(self, session, status):
        report(session, status, **ANNA)
        assert len(self.active(session)) == 3

    @ON_SQLITE
    def test_the_phone_that_calls_itself_system_has_nobody_signed_in(self, session):
        report(session, Status.REGISTERED, user_id="System", user_name="System")
        assert self.active(session) == [LOGIN, EVENT]

    @ON_SQLITE
    def test_other_phones_keep_theirs(self, session):
        record(session, make_report(Status.REGISTERED, mac="00908f000001", **ANNA))
        assert len(self.active(session)) == 3

    @ON_SQLITE
    def test_another_user_ends_the_login_failure(self, session):
        report(session, Status.REGISTERED, **ANNA)
        send(session, make_alert(LOGIN))
        report(session, Status.REGISTERED, **ANNA)
        assert LOGIN in self.active(session)
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob")
        assert LOGIN not in self.active(session)

    def test_a_phone_that_says_the_same_again_is_registered_nevertheless(self, session):
        report(session, Status.REGISTERED, **ANNA)
        send(session, make_alert(REGISTRATION))
        report(session, Status.REGISTERED, **ANNA)
        assert REGISTRATION not in self.active(session)

    def test_it_takes_one_statement_and_none_where_nobody_recovers(self, session):
        macs = [f"00908f{number:06x}" for number in range(50)]
        said = [make_report(Status.UNREGISTERED, mac=mac) for mac in macs]
        record(session, *said)
        send(session, *(make_alert(mac=mac) for mac in macs))
        record(session, *said)
        statements = Statements(session)
        statements.of(session, lambda: record(session, *(make_report(mac=mac) for mac in macs)))
        assert not [text for text in statements.texts if "UPDATE alarm" in text]
        statements.of(
            session, lambda: record(session, *(make_report(Status.REGISTERED, mac=mac) for mac in macs))
        )
        assert len([text for text in statements.texts if "UPDATE alarm" in text]) == 1
        assert not [alarm for alarm in listed(session) if alarm.mac in macs and alarm.is_active]
