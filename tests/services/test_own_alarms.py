"""Alarms that the manager raises itself, and what becomes of alarms when phones move or go."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app.models import Alarm, AlarmChange, Decision, DeviceStatus, Lease
from app.models.enums import (
    Action,
    AlarmDeed,
    Approval,
    Cause,
    ClearedBy,
    Severity,
    SourceKind,
    Status,
)
from app.rules.alarms.catalogue import PHONE_DISCONNECTED, SERVER_OVERLOADED
from app.services import config_files, device_deletion, device_moves, leases, stored_files
from app.services.alarms import deeds, due, health, phones, standing
from app.services.alarms.deeds import Deed, Order
from app.services.alarms.own import OwnAlarm, raise_own
from app.services.author import Author
from app.services.operations import confirming
from tests import factories
from tests.factories import NOW
from tests.services.operating import make_phones, sent
from tests.services.reporting import MAC, report, sweep
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANNA = Author("anna")


def listed(session, **columns):
    return session.scalars(select(Alarm).filter_by(**columns).order_by(Alarm.id)).all()


def active(session):
    return [(alarm.name, alarm.mac) for alarm in listed(session, cleared_at=None)]


def fresh(session):
    session.expire_all()
    (alarm,) = listed(session)
    return alarm


def delete_alarm(session, now=NOW):
    ids = [alarm.id for alarm in listed(session)]
    assert deeds.do(session, ids, Order(deed=Deed.DELETE), author=ANNA, now=now) == len(ids)


def settle(session, now=NOW):
    return standing.settle(session, standing.find(session, now=now), now=now)


def decide(session, at):
    session.add(Decision(mac=MAC, decided_at=at, cause=Cause.REPORT, facts={}, outcome={}, steps=[]))
    session.flush()


class TestDisconnected:
    @pytest.fixture(autouse=True)
    def _plane_has_run_for_a_day(self, session):
        factories.make_heartbeat(session, running_since=NOW - DAY)

    def test_a_phone_that_falls_silent_has_an_alarm_until_it_reports(self, session):
        report(session, Status.REGISTERED, now=NOW - 3 * HOUR)
        assert sweep(session) == 1
        alarm = fresh(session)
        assert (alarm.name, alarm.mac, alarm.source) == ("Phone Disconnected", MAC, f"IPPhone/{MAC}")
        assert (alarm.severity, alarm.source_kind, alarm.ip) == (Severity.MAJOR, SourceKind.PHONE, "10.1.2.3")
        assert alarm.tenant_id == session.get_one(DeviceStatus, MAC).tenant_id
        report(session, Status.STARTED, now=NOW)
        alarm = fresh(session)
        assert (alarm.cleared_at, alarm.cleared_by) == (NOW, ClearedBy.STATE)

    def test_many_take_as_many_statements_as_one(self, session):
        for _ in range(60):
            factories.make_status(session, seen_at=NOW - DAY)
        statements = Statements(session)
        macs = session.scalars(select(DeviceStatus.mac)).all()
        one = statements.of(session, lambda: raise_own(session, [own(macs[0])], now=NOW))
        many = statements.of(session, lambda: raise_own(session, [own(mac) for mac in macs[1:]], now=NOW))
        assert one == many
        assert len(listed(session)) == 60

    @ON_SQLITE
    def test_it_is_raised_once_while_it_stands(self, session):
        factories.make_status(session, mac=MAC)
        assert [raise_own(session, [own(MAC)], now=NOW) for _ in range(2)] == [1, 0]
        assert fresh(session).count == 1


def own(mac):
    return OwnAlarm(kind=PHONE_DISCONNECTED, mac=mac)


class TestHeldTooLong:
    def wait(self, session, **columns):
        values = {
            "mac": MAC, "approval": Approval.NEEDED, "status": Status.UNREGISTERED, "first_seen_at": NOW - 2 * DAY,
        }  # fmt: skip
        return factories.make_status(session, **{**values, **columns})

    def test_a_phone_that_waits_for_a_day_has_an_alarm_until_it_is_approved(self, session):
        self.wait(session)
        assert [settle(session), settle(session)] == [1, 0]
        assert active(session) == [("Phone Held for Approval Too Long", MAC)]
        session.execute(update(DeviceStatus).values(approval=Approval.NOT_NEEDED))
        assert settle(session, NOW + HOUR) == 1
        assert fresh(session).cleared_by is ClearedBy.STATE

    @ON_SQLITE
    @pytest.mark.parametrize(
        "columns",
        [
            {"first_seen_at": NOW - HOUR},
            {"approval": Approval.NOT_NEEDED},
            {"status": Status.DISCONNECTED},
            {"status": None},
        ],
    )
    def test_others_have_none(self, session, columns):
        self.wait(session, **columns)
        assert settle(session) == 0

    @ON_SQLITE
    def test_the_day_begins_anew_with_what_is_decided_of_it(self, session):
        self.wait(session)
        decide(session, NOW - HOUR)
        assert settle(session) == 0
        assert settle(session, NOW + DAY) == 1

    def test_deleted_by_an_operator_it_comes_back_for_a_new_reason_only(self, session):
        self.wait(session)
        settle(session)
        delete_alarm(session)
        assert settle(session, NOW + 9 * DAY) == 0
        decide(session, NOW + DAY)
        assert settle(session, NOW + 9 * DAY) == 1


def test_a_device_without_template_has_an_alarm_until_it_has_one(session):
    device = factories.make_device(session)
    status = factories.make_status(session, device=device, template=None)
    assert settle(session) == 1
    assert active(session) == [("Phone Without Template", device.mac)]
    status.template = factories.get_template(session)
    session.flush()
    assert settle(session) == 1
    assert active(session) == []


class TestDownloads:
    """A phone that was told to load something, and did not (docs/decisions/0033)."""

    def time_is_up(self, session, action, **options):
        (device,) = make_phones(session, 1)
        config_files.generate_many(session, [device.id], now=NOW)
        session.execute(update(DeviceStatus).values(started_at=NOW - DAY, firmware_version="1.0"))
        sent(session, [device], action, **options)
        self.decide(session)
        return device

    def decide(self, session, now=NOW + HOUR):
        confirming.decide(session, confirming.find_decided(session, now=now), now=now)

    def test_the_file_that_was_not_fetched_is_told_of_until_the_phone_boots(self, session):
        device = self.time_is_up(session, Action.UPDATE)
        alarm = fresh(session)
        assert (alarm.name, alarm.mac, alarm.info1) == ("Phone Download Failure", device.mac, "configuration")
        assert alarm.text == "It did not fetch its file in time."
        assert settle(session, NOW + HOUR) == 0
        session.execute(update(DeviceStatus).values(started_at=NOW + 2 * HOUR))
        assert settle(session, NOW + 2 * HOUR) == 1
        assert active(session) == []

    @ON_SQLITE
    def test_the_firmware_that_it_does_not_report_until_it_does(self, session, tmp_path):
        firmware = factories.make_firmware(session, tmp_path)
        self.time_is_up(session, Action.FIRMWARE, options={"firmware_id": firmware.id})
        alarm = fresh(session)
        assert (alarm.info1, alarm.info2) == ("firmware", firmware.version)
        session.execute(update(DeviceStatus).values(started_at=NOW + 2 * HOUR))
        assert settle(session, NOW + 2 * HOUR) == 0
        session.execute(update(DeviceStatus).values(firmware_version=firmware.version))
        assert settle(session, NOW + 3 * HOUR) == 1

    @ON_SQLITE
    def test_done_at_another_try_it_is_over(self, session):
        device = self.time_is_up(session, Action.UPDATE)
        sent(session, [device], Action.UPDATE)
        stored_files.note_fetched(session, [f"{device.mac}.cfg"], now=NOW + timedelta(seconds=1))
        self.decide(session, NOW + timedelta(seconds=2))
        assert active(session) == []


class TestTheServer:
    def test_503_raises_an_alarm_that_ends_five_minutes_after_the_last(self, session):
        health.note_refusals(session, 0, now=NOW)
        assert listed(session) == []
        for minutes in (0, 4):
            health.note_refusals(session, 17, now=NOW + timedelta(minutes=minutes))
        alarm = fresh(session)
        assert (alarm.name, alarm.count, alarm.tenant_id) == (SERVER_OVERLOADED.title, 2, None)
        assert (alarm.source_kind, alarm.severity, alarm.mac) == (SourceKind.SERVER, Severity.CRITICAL, "")
        for seconds, ended in ((539, 0), (540, 1)):
            now = NOW + timedelta(seconds=seconds)
            assert due.settle(session, due.find_due(session, now=now), now=now) == ended
        assert fresh(session).cleared_by is ClearedBy.ITSELF

    def test_nobody_keeps_the_timetable(self, session):
        factories.make_heartbeat(session, running_since=NOW - DAY)
        session.execute(delete(Lease))
        session.add(Lease(name=leases.TIMETABLE, owner="", expires_at=NOW, epoch=1))
        for seconds in (60, 120, 121, 180):
            health.watch_scheduler(session, now=NOW + timedelta(seconds=seconds))
            assert len(listed(session)) == (seconds > 120)
        assert "Since 2026-03-09 14:00 UTC" in fresh(session).text
        session.get_one(Lease, leases.TIMETABLE).expires_at = NOW + HOUR
        session.flush()
        health.watch_scheduler(session, now=NOW + timedelta(seconds=200))
        assert (fresh(session).cleared_by, fresh(session).count) == (ClearedBy.STATE, 1)

    @ON_SQLITE
    def test_a_plane_that_has_just_begun_waits_for_the_scheduler(self, session):
        factories.make_heartbeat(session, running_since=NOW)
        session.execute(delete(Lease))
        session.add(Lease(name=leases.TIMETABLE, owner="", expires_at=NOW - DAY, epoch=1))
        health.watch_scheduler(session, now=NOW + timedelta(seconds=100))
        assert listed(session) == []


class TestPhonesThatMoveOrGo:
    def test_alarms_go_along_to_another_tenant_and_say_so(self, session):
        acme, globex = factories.make_tenant(session, "Acme"), factories.make_tenant(session, "Globex")
        device = factories.make_device(session, site=factories.auto_detection(session, acme))
        factories.make_status(session, device=device)
        factories.make_alarm(session, mac=device.mac, tenant=acme, site=device.site)
        over = factories.make_alarm(session, mac=device.mac, tenant=acme, cleared_at=NOW)
        move = device_moves.plan(session, [device], globex, now=NOW)
        device_moves.carry_out(session, move, author=ANNA, now=NOW)
        gone = session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None))).one()
        assert (gone.tenant_id, gone.site_id) == (
            globex.id,
            session.get_one(DeviceStatus, device.mac).site_id,
        )
        assert over.tenant_id == acme.id
        (change,) = session.scalars(select(AlarmChange)).all()
        assert (change.deed, change.old, change.new, change.actor) == (
            AlarmDeed.MOVE,
            "Acme",
            "Globex",
            "anna",
        )

    @ON_SQLITE
    def test_alarms_of_a_phone_that_was_placed_elsewhere_are_brought_along(self, session):
        acme = factories.make_tenant(session, "Acme")
        factories.make_status(session, mac=MAC, tenant=acme)
        factories.make_alarm(session, mac=MAC)
        assert phones.bring_along(session, phones.find_left_behind(session), now=NOW) == 1
        assert fresh(session).tenant_id == acme.id
        assert phones.find_left_behind(session) == []

    def test_alarms_of_a_deleted_device_are_cleared_and_none_goes_on_as_the_same(self, session):
        factories.make_heartbeat(session, running_since=NOW - DAY)
        device = factories.make_device(session, mac=MAC)
        factories.make_status(session, device=device, seen_at=NOW - DAY)
        sweep(session)
        device_deletion.delete_device(session, device, author=ANNA, now=NOW)
        assert fresh(session).cleared_by is ClearedBy.DEVICE_REMOVED
        raise_own(session, [own(MAC)], now=NOW)
        assert [alarm.is_active for alarm in listed(session)] == [False, True]
