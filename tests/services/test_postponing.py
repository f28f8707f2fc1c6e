"""Phones that are not there when their turn comes: put off, tried again, told with their report, and given up."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import DeviceSeen, DeviceStatus, PendingAction
from app.models.enums import Action, OperationState, Status, TargetState, WaveState
from app.services.operations import claiming, confirming, postponing, results
from tests.factories import NOW, make_device
from tests.services.operating import begin, claim, ids_of, targets_of
from tests.services.rolling_out import (
    HOUR,
    NEW,
    SECOND,
    WATCH,
    ask,
    begin_firmware,
    findings_of,
    follow_up,
    make_old_phones,
    report_version,
    rolled_out,
    waves_of,
)

S, W = TargetState, WaveState
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
UNREACHABLE = "It refuses connections."


def leave(session, *devices):
    macs = [device.mac for device in devices]
    session.execute(update(DeviceStatus).where(DeviceStatus.mac.in_(macs)).values(status=Status.DISCONNECTED))


def hear(session, *devices, at):
    macs = [device.mac for device in devices]
    session.execute(update(DeviceStatus).where(DeviceStatus.mac.in_(macs)).values(status=Status.REGISTERED))
    session.execute(update(DeviceSeen).where(DeviceSeen.mac.in_(macs)).values(seen_at=at))


def test_phones_that_are_not_there_hold_no_wave_up_and_come_with_the_wave_of_their_return(session, tmp_path):
    never = make_device(session)
    devices = make_old_phones(session, 4)
    leave(session, devices[0])
    operation = begin_firmware(session, [never, *devices], tmp_path, rolled_out("3, rest"))
    follow_up(session, now=NOW)
    targets = {target.key: target for target in targets_of(session, operation)}
    assert (targets[never.mac].state, targets[never.mac].reason) == (S.POSTPONED, "It has never reported.")
    assert targets[devices[0].mac].reason == "It is disconnected."
    assert targets[devices[0].mac].next_try_at == NOW + 5 * MINUTE
    assert targets[devices[0].mac].try_until == NOW + 3 * DAY
    (well,) = ask(session, now=NOW)
    report_version(session, [devices[1]], NEW, at=NOW + SECOND)
    assert well == devices[1].mac
    follow_up(session, now=NOW + WATCH)
    assert waves_of(session, operation) == [W.PASSED, W.RUNNING]
    assert findings_of(session, operation)[0] == "Its phone is well."
    hear(session, devices[0], at=NOW + WATCH + SECOND)
    follow_up(session, now=NOW + WATCH + 2 * SECOND)
    assert set(ask(session, now=NOW + WATCH + 2 * SECOND)) == {
        device.mac for device in (devices[0], *devices[2:])
    }
    assert {target.key: target.wave for target in targets_of(session, operation)}[devices[0].mac] == 2


def test_nothing_of_a_phone_that_is_not_there_is_changed(session, tmp_path):
    devices = make_old_phones(session, 2)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %"))
    leave(session, devices[0])
    assert ask(session, now=NOW) == [devices[1].mac]
    assert [device.firmware_id for device in devices] == [None, operation.options["firmware_id"]]
    assert [target.before is None for target in targets_of(session, operation)] == [True, False]


def test_it_is_looked_for_with_a_back_off_until_the_deadline_and_then_has_failed(session, tmp_path):
    devices = make_old_phones(session, 2)
    leave(session, devices[0])
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %"), deadline=DAY)
    follow_up(session, now=NOW)
    ask(session, now=NOW)
    report_version(session, [devices[1]], NEW, at=NOW + SECOND)
    follow_up(session, now=NOW + 4 * MINUTE)
    assert targets_of(session, operation)[0].tries == 1
    follow_up(session, now=NOW + 5 * MINUTE)
    target = targets_of(session, operation)[0]
    assert (target.tries, target.next_try_at) == (2, NOW + 15 * MINUTE)
    follow_up(session, now=NOW + WATCH)
    assert waves_of(session, operation) == [W.PASSED]
    session.refresh(operation)
    assert operation.state is OperationState.RUNNING
    follow_up(session, now=NOW + DAY)
    target = targets_of(session, operation)[0]
    assert target.state is S.FAILED
    assert target.reason == "It is disconnected. It was tried 3 times until the deadline."
    session.refresh(operation)
    assert operation.state is OperationState.FINISHED


def test_a_wave_of_which_nobody_was_there_until_the_deadline_stops_the_roll_out(session, tmp_path):
    devices = make_old_phones(session, 3)
    leave(session, devices[0])
    operation = begin_firmware(session, devices, tmp_path, rolled_out("1, rest"), deadline=DAY)
    for now in (NOW, NOW + WATCH, NOW + 23 * HOUR):
        follow_up(session, now=now)
        assert waves_of(session, operation) == [W.RUNNING, W.WAITING]
    follow_up(session, now=NOW + DAY)
    session.refresh(operation)
    assert operation.state is OperationState.HALTED
    assert "None of its phones was there" in findings_of(session, operation)[0]


def unreachable(session, operation, *, now):
    """Let a worker find that no phone whose turn has come can be called."""
    ids = ids_of(claim(session, now=now))
    postponing.put_off_or_queue(
        session, operation, dict.fromkeys(ids, UNREACHABLE), owner="a worker", now=now
    )
    return ids


def test_a_phone_that_cannot_be_called_is_called_again_and_told_once_it_has_reported(session, tmp_path):
    devices = make_old_phones(session, 1)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %"))
    unreachable(session, operation, now=NOW)
    (target,) = targets_of(session, operation)
    assert (target.state, target.reason, target.attempts) == (S.POSTPONED, UNREACHABLE, 0)
    assert not claiming.is_anything_due(session, is_local=False, now=NOW + 4 * MINUTE)
    follow_up(session, now=NOW + 5 * MINUTE)
    unreachable(session, operation, now=NOW + 5 * MINUTE)
    assert targets_of(session, operation)[0].next_try_at == NOW + 15 * MINUTE
    hear(session, devices[0], at=NOW + 6 * MINUTE)
    follow_up(session, now=NOW + 6 * MINUTE + SECOND)
    unreachable(session, operation, now=NOW + 6 * MINUTE + 2 * SECOND)
    (target,) = targets_of(session, operation)
    assert target.state is S.QUEUED
    action = session.scalars(select(PendingAction)).one()
    assert action.expires_at == NOW + 6 * MINUTE + 2 * SECOND + 3 * DAY


def test_a_phone_that_falls_silent_before_it_is_told_is_put_off_and_is_not_told_behind_its_back(
    session, tmp_path
):
    devices = make_old_phones(session, 1)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %"))
    ids = ids_of(claim(session))
    request = results.request_for(operation.action, operation.options)
    results.queue(session, operation, dict.fromkeys(ids, "No way."), request, owner="a worker", now=NOW)
    leave(session, devices[0])
    follow_up(session, now=NOW + HOUR)
    (target,) = targets_of(session, operation)
    assert (target.state, target.sent_at, target.pending_action_id) == (S.POSTPONED, None, None)
    assert session.scalars(select(PendingAction)).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_ordinary_operation_tries_again_where_it_is_asked_to(session):
    devices = make_old_phones(session, 1)
    leave(session, devices[0])
    patient = begin(session, devices, Action.UPDATE, deadline=DAY)
    hasty = begin(session, devices, Action.UPDATE)
    assert len(postponing.find_due(session, now=NOW)) == 1
    follow_up(session, now=NOW)
    assert targets_of(session, patient)[0].state is S.POSTPONED
    assert targets_of(session, hasty)[0].state is S.WAITING
    assert confirming.find_decided(session, now=NOW) == []
