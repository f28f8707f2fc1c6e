"""Who fell silent: the sweep, the heartbeat it depends on, and phones that asked once and never reported."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Decision, DeviceStatus, Heartbeat, PhoneChange
from app.models.enums import Status
from app.services import provisioning, silence
from app.services import settings as system_settings
from app.services.author import Author
from app.services.provisioning import FileRequest
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ADDRESS, MAC, USER_AGENT, report, row_of, sweep

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
TIMEOUT = timedelta(minutes=120) + silence.LONGEST_LAG
SECOND = timedelta(seconds=1)


def drop_never_reported(session):
    return silence.drop_never_reported(session, silence.find_never_reported(session, now=NOW))


class TestTheSweep:
    @pytest.fixture(autouse=True)
    def _plane_has_run_for_a_day(self, session):
        factories.make_heartbeat(session, running_since=NOW - timedelta(days=1))

    def test_a_phone_that_was_silent_for_longer_than_the_timeout_is_disconnected(self, session):
        silent = factories.make_status(session, seen_at=NOW - TIMEOUT - SECOND)
        just_heard = factories.make_status(session, seen_at=NOW - TIMEOUT)
        assert sweep(session) == 1
        assert row_of(session, just_heard.mac).status is Status.REGISTERED
        row = row_of(session, silent.mac)
        assert (row.status, row.status_changed_at, row.digest) == (Status.DISCONNECTED, NOW, None)

    @ON_SQLITE
    def test_the_timeout_is_a_setting(self, session):
        factories.make_status(session, seen_at=NOW - timedelta(minutes=4))
        assert sweep(session) == 0
        system_settings.change(session, "disconnected_timeout", "3", author=Author("alice"), now=NOW)
        assert sweep(session) == 1

    @ON_SQLITE
    @pytest.mark.parametrize(
        "status", [Status.STARTED, Status.REGISTERED, Status.UNREGISTERED, Status.OFFLINE]
    )
    def test_every_status_ends_in_it(self, session, status):
        factories.make_status(session, status=status, seen_at=NOW - timedelta(days=1))
        assert sweep(session) == 1

    @ON_SQLITE
    def test_nobody_is_marked_twice_and_who_was_never_heard_not_at_all(self, session):
        factories.make_status(session, status=Status.DISCONNECTED, seen_at=NOW - timedelta(days=1))
        factories.make_status(session, status=None, seen_at=None)
        factories.make_device(session)
        assert sweep(session) == 0

    def test_whoever_reports_after_being_found_is_not_marked(self, session):
        before = NOW - TIMEOUT
        factories.make_status(session, mac=MAC, seen_at=NOW - timedelta(days=1))
        found = silence.find_silent(session, before=before)
        report(session, Status.REGISTERED, now=NOW)
        assert found == [MAC]
        assert silence.mark_disconnected(session, found, before=before, now=NOW) == 0
        assert row_of(session, MAC).status is Status.REGISTERED

    @ON_SQLITE
    def test_whoever_was_last_heard_before_the_time_looked_at_is_not_looked_at(self, session):
        before = NOW - TIMEOUT
        for seen_at in (before - 2 * SECOND, before - SECOND, before):
            factories.make_status(session, seen_at=seen_at)
        assert len(silence.find_silent(session, since=before - SECOND, before=before)) == 1

    def test_the_same_report_as_before_brings_a_phone_back(self, session):
        report(session, Status.REGISTERED, now=NOW - timedelta(hours=3))
        assert sweep(session) == 1
        row = report(session, Status.REGISTERED, now=NOW + SECOND)
        assert (row.status, row.status_changed_at) == (Status.REGISTERED, NOW + SECOND)
        assert sweep(session, now=NOW + SECOND) == 0

    @ON_SQLITE
    def test_a_report_without_a_status_brings_it_back_as_started(self, session):
        report(session, Status.REGISTERED, now=NOW - timedelta(hours=3))
        sweep(session)
        assert report(session, None).status is Status.STARTED


class TestTheHeartbeat:
    def test_silence_counts_only_while_the_plane_ran(self, session):
        began = NOW - timedelta(hours=1)
        factories.make_status(session, seen_at=NOW - timedelta(days=3))
        silence.beat(session, now=began)
        for minutes in range(1, 121):
            silence.beat(session, now=began + timedelta(minutes=minutes))
        assert sweep(session, now=began + TIMEOUT) == 0
        silence.beat(session, now=began + TIMEOUT + SECOND)
        assert sweep(session, now=began + TIMEOUT + SECOND) == 1

    @ON_SQLITE
    def test_after_a_gap_every_phone_has_one_full_timeout(self, session):
        factories.make_heartbeat(
            session, beat_at=NOW - timedelta(hours=5), running_since=NOW - timedelta(days=9)
        )
        factories.make_status(session, seen_at=NOW - timedelta(hours=5))
        silence.beat(session, now=NOW)
        assert sweep(session, now=NOW) == 0
        heartbeat = session.get_one(Heartbeat, silence.PHONE_PLANE)
        assert (heartbeat.beat_at, heartbeat.running_since) == (NOW, NOW)

    @ON_SQLITE
    def test_a_pause_of_a_minute_is_no_gap(self, session):
        factories.make_heartbeat(
            session, beat_at=NOW - timedelta(minutes=1), running_since=NOW - timedelta(days=9)
        )
        silence.beat(session, now=NOW)
        heartbeat = session.get_one(Heartbeat, silence.PHONE_PLANE)
        assert (heartbeat.beat_at, heartbeat.running_since) == (NOW, NOW - timedelta(days=9))

    @ON_SQLITE
    def test_while_the_plane_is_away_nobody_falls_silent(self, session):
        factories.make_status(session, seen_at=NOW - timedelta(days=3))
        factories.make_heartbeat(
            session, beat_at=NOW - timedelta(seconds=61), running_since=NOW - timedelta(days=9)
        )
        assert sweep(session) == 0

    @ON_SQLITE
    def test_before_the_first_beat_nobody_falls_silent(self, session):
        factories.make_status(session, seen_at=NOW - timedelta(days=3))
        assert sweep(session) == 0

    @ON_SQLITE
    def test_a_beat_that_comes_late_takes_nothing_back(self, session):
        silence.beat(session, now=NOW)
        silence.beat(session, now=NOW - SECOND)
        assert session.get_one(Heartbeat, silence.PHONE_PLANE).beat_at == NOW


class TestPhonesThatNeverReported:
    def ask_for_a_file(self, session, mac, now):
        request = FileRequest(mac=mac, tenant_name="Default", user_agent=USER_AGENT, peer=ADDRESS)
        provisioning.contact_by_file(session, [request], now=now)

    def test_they_are_dropped_after_a_day_with_what_was_decided_for_them(self, session):
        self.ask_for_a_file(session, "00908f000001", NOW - timedelta(hours=24) - SECOND)
        self.ask_for_a_file(session, "00908f000002", NOW - timedelta(hours=24))
        assert drop_never_reported(session) == 1
        assert session.scalars(select(DeviceStatus.mac)).all() == ["00908f000002"]
        assert session.scalars(select(Decision.mac)).all() == ["00908f000002"]
        assert session.scalars(select(PhoneChange.mac)).all() == ["00908f000002"]

    @ON_SQLITE
    def test_who_reported_since_or_became_a_device_stays(self, session):
        long_ago = NOW - timedelta(days=3)
        self.ask_for_a_file(session, MAC, long_ago)
        report(session, now=long_ago)
        factories.make_status(
            session, device=factories.make_device(session), status=None, first_seen_at=long_ago
        )
        assert drop_never_reported(session) == 0

    @ON_SQLITE
    def test_who_reports_after_being_found_stays(self, session):
        self.ask_for_a_file(session, MAC, NOW - timedelta(days=3))
        found = silence.find_never_reported(session, now=NOW)
        report(session, now=NOW)
        assert found == [MAC]
        assert silence.drop_never_reported(session, found) == 0
