"""What phones do is noticed, and confirms what they were asked: from the reports and the requests that they send."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import ConfigFile, DeviceSeen, DeviceStatus, PendingAction
from app.models.enums import Action, Status, TargetState
from app.services import config_files, pending_actions, presence, stored_files
from app.services.operations import calls, claiming, confirming, results
from app.services.operations.calls import REAL_PHONES
from tests.factories import NOW, make_firmware
from tests.services.operating import begin, claim, ids_of, make_phones, sent, targets_of
from tests.services.reporting import make_report

S = TargetState
SECOND = timedelta(seconds=1)
LATER = NOW + 30 * SECOND


def decide(session, now=LATER):
    return confirming.decide(session, confirming.find_decided(session, now=now), now=now)


def outcome(session, operation):
    return [(target.state, target.reason) for target in targets_of(session, operation)]


def test_a_phone_that_boots_has_restarted_and_one_that_reports_has_not(session):
    back, silent, talking = devices = make_phones(session, 3)
    operation = sent(session, devices)
    presence.record_keep_alives(session, [make_report(Status.STARTED, mac=back.mac)], now=LATER)
    heard = presence.record_keep_alives(session, [make_report(Status.REGISTERED, mac=talking.mac)], now=LATER)
    presence.touch_last_seen(session, heard.heard)
    assert decide(session) == 1
    assert outcome(session, operation) == [
        (S.CONFIRMED, "It came back after the restart."),
        (S.SENT, ""),
        (S.SENT, ""),
    ]
    assert silent.mac


def test_a_phone_that_boots_and_registers_in_one_batch_has_restarted(session):
    devices = make_phones(session, 1)
    operation = sent(session, devices)
    mac = devices[0].mac
    said = [make_report(Status.STARTED, mac=mac), make_report(Status.REGISTERED, mac=mac)]
    presence.record_keep_alives(session, said, now=LATER)
    assert session.get_one(DeviceStatus, mac, populate_existing=True).status is Status.REGISTERED
    decide(session)
    assert outcome(session, operation) == [(S.CONFIRMED, "It came back after the restart.")]


def test_who_does_not_come_back_has_failed_when_time_is_up(session):
    operation = sent(session, make_phones(session, 1))
    assert decide(session, NOW + timedelta(minutes=15) - SECOND) == 0
    assert decide(session, NOW + timedelta(minutes=15)) == 1
    assert outcome(session, operation) == [(S.FAILED, "It did not come back in time.")]


def test_a_phone_that_fetches_its_file_has_updated_and_is_not_watched_any_more(session):
    fetching, other = devices = make_phones(session, 2)
    config_files.generate_many(session, [device.id for device in devices], now=NOW)
    operation = sent(session, devices, Action.UPDATE)
    watched = select(ConfigFile.device_id).where(ConfigFile.is_watched)
    assert set(session.scalars(watched)) == {fetching.id, other.id}
    stored_files.note_fetched(session, [f"{fetching.mac}.cfg"], now=LATER)
    assert decide(session) == 1
    assert outcome(session, operation) == [(S.CONFIRMED, "It fetched its file."), (S.SENT, "")]
    assert set(session.scalars(watched)) == {other.id}


def test_a_phone_without_a_file_is_not_asked_to_fetch_it(session):
    operation = begin(session, make_phones(session, 1), Action.UPDATE)
    claimed = claim(session)
    prepared = calls.prepare(session, claimed, REAL_PHONES, now=NOW)
    results.record(session, operation, prepared.results, owner="a worker", now=NOW)
    assert outcome(session, operation) == [(S.FAILED, "It has no configuration file; generate it first.")]


def test_a_phone_whose_file_stays_the_same_is_left_out_where_that_was_asked(session):
    same, changed = devices = make_phones(session, 2)
    config_files.generate_many(session, [same.id, changed.id], now=NOW - SECOND)
    changed.language = "French"
    session.flush()
    options = {"generate": True, "only_changed": True}
    operation = begin(session, devices, Action.UPDATE, options=options)
    prepared = calls.prepare(session, claim(session), REAL_PHONES, now=NOW)
    results.record(session, operation, prepared.results, owner="a worker", now=NOW)
    assert [outcome(session, operation)[0], len(prepared.calls) + len(prepared.told_later)] == [
        (S.SKIPPED, "Its file is as Generate would make it."),
        1,
    ]


def test_a_phone_whose_file_was_made_at_an_earlier_try_is_still_asked(session):
    devices = make_phones(session, 1)
    config_files.generate_many(session, [devices[0].id], now=NOW - SECOND)
    devices[0].language = "French"
    session.flush()
    begin(session, devices, Action.UPDATE, options={"generate": True, "only_changed": True})
    claimed = claim(session)
    calls.prepare(session, claimed, REAL_PHONES, now=NOW)
    later = NOW + 2 * claiming.LEASE
    claiming.take_back(session, claiming.find_abandoned(session, now=later), now=later)
    again = claim(session, "another worker", now=later)
    prepared = calls.prepare(session, again, REAL_PHONES, now=later)
    assert [prepared.results, len(prepared.calls) + len(prepared.told_later)] == [[], 1]


def test_a_phone_that_reports_the_version_runs_the_firmware(session, tmp_path):
    upgraded, other = devices = make_phones(session, 2)
    firmware = make_firmware(session, tmp_path)
    operation = sent(session, devices, Action.FIRMWARE, options={"firmware_id": firmware.id})
    assert upgraded.firmware_id == other.firmware_id == firmware.id
    for device, version in ((upgraded, firmware.version), (other, "UC_1.0")):
        session.execute(
            update(DeviceStatus)
            .where(DeviceStatus.mac == device.mac)
            .values(firmware_version=version, started_at=LATER)
        )
        session.execute(update(DeviceSeen).where(DeviceSeen.mac == device.mac).values(seen_at=LATER))
    assert decide(session) == 1
    assert outcome(session, operation) == [
        (S.CONFIRMED, f"It reports the version {firmware.version}."),
        (S.SENT, ""),
    ]


def queued(session, devices, action=Action.RESTART, **more):
    """Return an operation whose phones are told in the answer to their next report."""
    operation = begin(session, devices, action, batch=100, **more)
    ids = ids_of(claim(session))
    request = results.request_for(operation.action, operation.options)
    results.queue(session, operation, dict.fromkeys(ids, "No way."), request, owner="a worker", now=NOW)
    return operation


def test_a_phone_is_told_with_its_report_and_confirms_with_the_next(session):
    devices = make_phones(session, 1)
    operation = queued(session, devices)
    mac = devices[0].mac
    told = presence.record_keep_alives(session, [make_report(Status.REGISTERED, mac=mac)], now=LATER)
    assert told.requests == [['{"cmd": "reset"}']]
    decide(session, LATER + SECOND)
    (target,) = targets_of(session, operation)
    assert (target.state, target.sent_at) == (S.SENT, LATER)
    back = LATER + 20 * SECOND
    presence.record_keep_alives(session, [make_report(Status.STARTED, mac=mac)], now=back)
    decide(session, back)
    assert outcome(session, operation) == [(S.CONFIRMED, "It came back after the restart.")]


def test_a_phone_that_never_reports_was_never_told(session):
    operation = queued(session, make_phones(session, 1))
    decide(session, NOW + timedelta(minutes=15))
    assert outcome(session, operation) == [
        (S.FAILED, "No way. It did not report in time, so it was never told.")
    ]


def test_what_newer_requests_pushed_out_has_failed(session):
    devices = make_phones(session, 1)
    operation = queued(session, devices)
    for _ in range(pending_actions.MOST_WAITING):
        pending_actions.add(
            session, devices[0].mac, {"cmd": "reset"}, asked_by="bob", tenant_id=devices[0].tenant_id, now=NOW
        )
    decide(session)
    ((state, reason),) = outcome(session, operation)
    assert (state, "took the place" in reason) == (S.FAILED, True)


def test_an_action_that_an_operation_asks_about_is_not_dropped(session):
    operation = queued(session, make_phones(session, 1))
    tomorrow = NOW + timedelta(days=2)
    assert pending_actions.find_old(session, now=tomorrow) == []
    decide(session, tomorrow)
    assert [action.id for action in session.scalars(select(PendingAction))] == list(
        pending_actions.find_old(session, now=tomorrow)
    )
    assert targets_of(session, operation)[0].state is S.FAILED


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_status_check_waits_for_the_report_alone(session):
    devices = make_phones(session, 1)
    operation = queued(session, devices, Action.CHECK_STATUS)
    assert session.scalars(select(PendingAction)).all() == []
    presence.touch_last_seen(session, {devices[0].mac: LATER})
    decide(session)
    assert outcome(session, operation) == [(S.CONFIRMED, "It reported.")]
