"""Roll-outs: wave after wave, each watched by its gate, stopped, resumed and rolled back."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.models import Device, JournalEntry, Operation
from app.models.enums import Action, OperationState, Severity, Status, TargetState, WaveState
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files
from app.services.operations import claiming, gates, rolling_back, steering, waves
from tests.factories import NOW, get_template, make_alarm, make_firmware, make_site, make_tenant
from tests.services.operating import ALICE, begin, make_phones, targets_of
from tests.services.rolling_out import (
    HOUR,
    NEW,
    OLD,
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
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def fresh(session, operation):
    session.refresh(operation)
    return operation


def firmware_of(session, devices):
    wanted = select(Device.mac, Device.firmware_id).where(Device.mac.in_([device.mac for device in devices]))
    found = dict(session.execute(wanted).all())
    return [found[device.mac] for device in devices]


def test_a_canary_and_waves_are_written_in_the_order_of_their_turns(session, tmp_path):
    devices = make_old_phones(session, 10)
    operation = begin_firmware(
        session, devices, tmp_path, rolled_out("30 %, 100 %", canaries=[devices[7].mac])
    )
    targets = targets_of(session, operation)
    assert [target.key for target in targets[:2]] == [devices[7].mac, devices[0].mac]
    assert [target.wave for target in targets] == [1, 2, 2, *[3] * 7]
    stages = waves.read_stages(session, operation)
    assert [(stage.wave.name, stage.size) for stage in stages] == [
        ("canary", 1),
        ("wave 1", 2),
        ("wave 2", 7),
    ]
    assert waves_of(session, operation) == [W.RUNNING, W.WAITING, W.WAITING]
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "operation started")).one()
    assert entry.text.endswith("Change Firmware for 10 phones in 3 waves.")


@ON_SQLITE
def test_a_wave_takes_its_share_of_every_site(session, tmp_path):
    devices = make_old_phones(session, 9)
    oslo = make_site(session, "Oslo", tenant=devices[0].tenant)
    for device in devices[6:]:
        device.site = oslo
    session.flush()
    operation = begin_firmware(session, devices, tmp_path, rolled_out("3, rest"))
    first = [target.key for target in targets_of(session, operation) if target.wave == 1]
    assert first == [devices[place].mac for place in (0, 6, 1)]


@ON_SQLITE
def test_what_cannot_be_rolled_out_is_refused(session, tmp_path):
    devices = make_old_phones(session, 2)
    with pytest.raises(InvalidInputError, match="cannot be rolled out"):
        begin(session, devices, Action.RESTART, roll_out=rolled_out())
    with pytest.raises(InvalidInputError, match="Generate the files first"):
        begin(session, devices, Action.UPDATE, roll_out=rolled_out())
    with pytest.raises(InvalidInputError, match="00908f000000 is not"):
        begin_firmware(session, devices, tmp_path, rolled_out(canaries=["00908f000000"]))
    with pytest.raises(InvalidInputError, match="not kept for phones"):
        begin(session, devices, Action.RESTART, deadline=HOUR)


def test_a_wave_begins_only_when_the_gate_of_the_one_before_has_passed(session, tmp_path):
    devices = make_old_phones(session, 5)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("2, rest"))
    assert ask(session, now=NOW) == [device.mac for device in devices[:2]]
    assert not claiming.is_anything_due(session, is_local=False, now=NOW + HOUR)
    follow_up(session, now=NOW + SECOND)
    assert waves_of(session, operation) == [W.WATCHED, W.WAITING]
    report_version(session, devices[:2], NEW, at=NOW + 60 * SECOND)
    follow_up(session, now=NOW + WATCH - SECOND)
    assert waves_of(session, operation) == [W.WATCHED, W.WAITING]
    follow_up(session, now=NOW + WATCH)
    assert waves_of(session, operation) == [W.PASSED, W.RUNNING]
    assert findings_of(session, operation)[0] == "All 2 phones are well."
    second = NOW + WATCH + SECOND
    assert ask(session, now=second) == [device.mac for device in devices[2:]]
    report_version(session, devices[2:], NEW, at=second + SECOND)
    follow_up(session, now=second + 2 * SECOND)
    assert fresh(session, operation).state is OperationState.RUNNING
    follow_up(session, now=second + WATCH)
    assert fresh(session, operation).state is OperationState.FINISHED
    assert waves_of(session, operation) == [W.PASSED, W.PASSED]


def test_phones_that_are_not_well_stop_it_and_each_is_said_why(session, tmp_path):
    devices = make_old_phones(session, 8)
    good, silent, old, unregistered, alarmed, hot_desk = devices[:6]
    report_version(session, [hot_desk], OLD, at=NOW, status=Status.STARTED)
    make_alarm(session, mac=good.mac, severity=Severity.MAJOR, first_raised_at=NOW - HOUR)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("6, rest", limit="3"))
    ask(session, now=NOW + SECOND)
    back = NOW + 60 * SECOND
    report_version(session, [good, alarmed], NEW, at=back)
    report_version(session, [old], OLD, at=back)
    report_version(session, [unregistered], NEW, at=back, status=Status.UNREGISTERED)
    report_version(session, [hot_desk], NEW, at=back, status=Status.STARTED)
    make_alarm(session, mac=good.mac, severity=Severity.MINOR, first_raised_at=back)
    make_alarm(session, mac=alarmed.mac, severity=Severity.MAJOR, first_raised_at=back)
    follow_up(session, now=NOW + SECOND + WATCH)
    assert fresh(session, operation).state is OperationState.HALTED
    assert operation.paused_by == "its gate"
    assert waves_of(session, operation) == [W.FAILED, W.WAITING]
    assert findings_of(session, operation)[0] == (
        "4 of 6 phones are not well: 1 did not confirm it, 1 came back with another version, "
        "1 did not register again, 1 raised an alarm. At most 3 may be."
    )
    found = {target.key: target.finding for target in targets_of(session, operation) if target.finding}
    assert found == {
        silent.mac: "It did not confirm it.",
        old.mac: f"It reports {OLD}, not {NEW}.",
        unregistered.mac: "It did not register again; it is unregistered.",
        alarmed.mac: "It raised the alarm IPPhone Register Failure.",
    }
    assert ask(session, now=NOW + HOUR) == []
    action = "operation stopped by its gate"
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == action)).one()
    assert entry.text.startswith(
        f"The gate of wave 1 stopped the operation {operation.id} (Change Firmware): 4 of"
    )
    assert entry.tenant_id == devices[0].tenant_id


def test_an_alarm_that_was_cleared_and_those_below_do_not_count(session, tmp_path):
    devices = make_old_phones(session, 2)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %", severity=Severity.CRITICAL))
    ask(session, now=NOW)
    back = NOW + 60 * SECOND
    report_version(session, devices, NEW, at=back)
    make_alarm(session, mac=devices[0].mac, first_raised_at=back, cleared_at=back)
    make_alarm(session, mac=devices[1].mac, severity=Severity.MAJOR, first_raised_at=back)
    follow_up(session, now=NOW + WATCH)
    assert fresh(session, operation).state is OperationState.FINISHED


def test_it_stops_in_the_middle_of_a_wave(session, tmp_path):
    devices = make_old_phones(session, 9)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("9"), delay=0)
    operation.batch_size, operation.delay_seconds = 5, 300
    session.flush()
    assert len(ask(session, now=NOW)) == 5
    report_version(session, devices[:4], NEW, at=NOW + SECOND)
    follow_up(session, now=NOW + WATCH)
    assert fresh(session, operation).state is OperationState.HALTED
    assert [target.state for target in targets_of(session, operation)][5:] == [S.WAITING] * 4


def test_resume_goes_on_with_the_next_wave_in_spite_of_the_gate(session, tmp_path):
    devices = make_old_phones(session, 4)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("2, rest"))
    ask(session, now=NOW)
    follow_up(session, now=NOW + WATCH)
    assert fresh(session, operation).state is OperationState.HALTED
    steering.resume(session, operation.id, **ALICE, now=NOW + HOUR)
    assert waves_of(session, operation) == [W.PASSED_OVER, W.RUNNING]
    assert ask(session, now=NOW + HOUR) == [device.mac for device in devices[2:]]
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "operation resumed")).one()
    assert entry.text == f"alice in spite of its gate resumed the operation {operation.id} (Change Firmware)."


@ON_SQLITE
def test_what_was_not_asked_of_a_wave_that_is_passed_over_comes_with_the_next(session, tmp_path):
    devices = make_old_phones(session, 6)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("4, rest"))
    operation.batch_size, operation.delay_seconds = 1, 300
    session.flush()
    ask(session, now=NOW)
    follow_up(session, now=NOW + WATCH)
    steering.resume(session, operation.id, **ALICE, now=NOW + HOUR)
    assert [target.wave for target in targets_of(session, operation)] == [1, *[2] * 5]


@ON_SQLITE
def test_the_failed_ones_are_tried_again_and_their_wave_is_judged_anew(session, tmp_path):
    devices = make_old_phones(session, 2)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("1, rest"))
    ask(session, now=NOW)
    follow_up(session, now=NOW + WATCH)
    later = NOW + HOUR
    assert targets_of(session, operation)[0].state is S.FAILED
    steering.retry_failed(session, operation.id, **ALICE, now=later)
    assert waves_of(session, operation) == [W.RUNNING, W.WAITING]
    assert ask(session, now=later) == [devices[0].mac]
    report_version(session, devices[:1], NEW, at=later + SECOND)
    follow_up(session, now=later + WATCH)
    assert waves_of(session, operation) == [W.PASSED, W.RUNNING]


def test_a_roll_back_gives_each_phone_the_firmware_that_it_had(session, tmp_path):
    devices = make_old_phones(session, 4)
    before = make_firmware(session, tmp_path, "old.img", b"\0" + OLD.encode())
    devices[0].firmware_id = before.id
    session.flush()
    operation = begin_firmware(session, devices, tmp_path, rolled_out("3, rest"))
    ask(session, now=NOW)
    new = operation.options["firmware_id"]
    assert firmware_of(session, devices) == [new, new, new, None]
    report_version(session, devices[:1], NEW, at=NOW + SECOND)
    devices[2].firmware_id = before.id
    session.flush()
    follow_up(session, now=NOW + WATCH)
    undo = rolling_back.roll_back(session, operation.id, **ALICE, now=NOW + HOUR)
    assert (undo.undoes_id, undo.total, undo.open_wave) == (operation.id, 3, 0)
    assert ask(session, now=NOW + HOUR) == [devices[0].mac, devices[1].mac]
    assert firmware_of(session, devices) == [before.id, None, before.id, None]
    targets = targets_of(session, undo)
    assert [target.expected_version for target in targets] == [OLD] * 3
    assert (targets[2].state, targets[2].reason) == (S.SKIPPED, "It has got another firmware since.")
    report_version(session, devices[:2], OLD, at=NOW + HOUR + SECOND)
    follow_up(session, now=NOW + HOUR + 2 * SECOND)
    assert [(target.state, target.reason) for target in targets_of(session, undo)][:2] == [
        (S.CONFIRMED, f"It reports the version {OLD}.")
    ] * 2
    assert fresh(session, undo).state is OperationState.FINISHED


def test_it_rolls_back_by_itself_once_nobody_is_being_asked(session, tmp_path):
    devices = make_old_phones(session, 3)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("2, rest", rolls_back=True))
    ask(session, now=NOW)
    assert rolling_back.find_due(session) == []
    first = targets_of(session, operation)[0]
    first.state = S.CLAIMED
    gates.follow_up(session, [operation.id], now=NOW + WATCH)
    steering.halt(session, operation, by="its gate", now=NOW + WATCH)
    session.flush()
    assert rolling_back.find_due(session) == []
    first.state = S.SENT
    session.flush()
    assert rolling_back.begin_due(session, rolling_back.find_due(session), now=NOW + WATCH) == 1
    assert rolling_back.begin_due(session, [operation.id], now=NOW + WATCH) == 0
    undo = session.scalars(select(Operation).where(Operation.undoes_id == operation.id)).one()
    assert undo.created_by == "its gate"
    with pytest.raises(ConflictError, match="rolled back already"):
        rolling_back.roll_back(session, operation.id, **ALICE, now=NOW + HOUR)
    with pytest.raises(ConflictError, match="cannot go on"):
        steering.resume(session, operation.id, **ALICE, now=NOW + HOUR)
    steering.pause(session, undo.id, **ALICE, now=NOW + HOUR)
    with pytest.raises(ConflictError, match="a roll back itself"):
        rolling_back.roll_back(session, undo.id, **ALICE, now=NOW + HOUR)


def test_a_roll_back_of_configuration_puts_the_earlier_files_back(session):
    devices = make_old_phones(session, 3)
    config_files.generate_many(session, [device.id for device in devices], now=NOW)
    texts = {device.mac: text_of(session, device) for device in devices}
    other = get_template(session, "Audiocodes_440HD_LYNC")
    usual = devices[0].template_id
    options = {"template_id": other.id}
    operation = begin(
        session, devices, Action.UPDATE, batch=100, roll_out=rolled_out("2, rest"), options=options
    )
    ask(session, now=NOW)
    assert [device.template_id for device in devices] == [other.id, other.id, usual]
    assert [text_of(session, device) == texts[device.mac] for device in devices] == [False, False, True]
    steering.pause(session, operation.id, **ALICE, now=NOW)
    undo = rolling_back.roll_back(session, operation.id, **ALICE, now=NOW + HOUR)
    assert ask(session, now=NOW + HOUR) == [device.mac for device in devices[:2]]
    assert [device.template_id for device in devices] == [usual] * 3
    assert {device.mac: text_of(session, device) for device in devices} == texts
    assert undo.total == 2


def test_a_file_that_somebody_changed_since_stays(session):
    devices = make_old_phones(session, 2)
    config_files.generate_many(session, [device.id for device in devices], now=NOW)
    get_template(session).content = get_template(session).content.replace("network/", "netzwerk/")
    session.flush()
    options = {"generate": True}
    operation = begin(
        session, devices, Action.UPDATE, batch=100, roll_out=rolled_out("100 %"), options=options
    )
    ask(session, now=NOW)
    steering.pause(session, operation.id, **ALICE, now=NOW)
    file = config_files.find(session, f"{devices[0].mac}.cfg")
    file.etag = '"by hand"'
    session.flush()
    undo = rolling_back.roll_back(session, operation.id, **ALICE, now=NOW)
    assert ask(session, now=NOW) == [devices[1].mac]
    left_alone = targets_of(session, undo)[0]
    assert (left_alone.state, left_alone.reason) == (
        S.SKIPPED,
        "Its file was changed since, and stays as it is.",
    )


@ON_SQLITE
def test_nothing_is_rolled_back_where_nothing_was_changed(session):
    devices = make_old_phones(session, 2)
    operation = begin(session, devices, Action.UPDATE)
    with pytest.raises(ConflictError, match="pause it"):
        rolling_back.roll_back(session, operation.id, **ALICE, now=NOW)
    steering.pause(session, operation.id, **ALICE, now=NOW)
    with pytest.raises(ConflictError, match="changed no phone"):
        rolling_back.roll_back(session, operation.id, **ALICE, now=NOW)


@ON_SQLITE
def test_who_sees_a_part_of_a_roll_out_counts_that_part_and_rolls_nothing_back(session, tmp_path):
    ours = make_old_phones(session, 2)
    theirs = make_old_phones(session, 2, tenant=make_tenant(session, "Globex"))
    operation = begin_firmware(session, ours + theirs, tmp_path, rolled_out("1, rest"))
    ask(session, now=NOW)
    follow_up(session, now=NOW + WATCH)
    set_scope(session, only_tenants([ours[0].tenant_id]))
    assert [stage.size for stage in waves.read_stages(session, operation)] == [1, 1]
    with pytest.raises(NotAllowedError):
        rolling_back.roll_back(session, operation.id, **ALICE, now=NOW + HOUR)


@ON_SQLITE
def test_a_claim_that_is_taken_up_by_another_worker_remembers_what_the_phone_had_first(session, tmp_path):
    devices = make_old_phones(session, 1)
    operation = begin_firmware(session, devices, tmp_path, rolled_out("100 %"))
    ask(session, now=NOW)
    (target,) = targets_of(session, operation)
    target.state = S.WAITING
    session.flush()
    ask(session, now=NOW)
    (target,) = targets_of(session, operation)
    assert target.before == {"firmware_id": None, "given": operation.options["firmware_id"]}


def text_of(session, device):
    session.expire_all()
    return config_files.text_of(config_files.find(session, f"{device.mac}.cfg"))


def test_operations_without_waves_have_none(session):
    operation = begin(session, make_phones(session, 2))
    assert waves.read_stages(session, operation) == []
    assert gates.find_decided(session, now=NOW) == []
