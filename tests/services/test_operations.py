"""Operations: begun as a whole, claimed at their pace, kept to one worker, paused, resumed and tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.models import JournalEntry, Operation, OperationTarget, PendingAction
from app.models.enums import Action, OperationState, Subject, TargetState, Way
from app.security.tenant_scope import only_tenants, set_scope
from app.services.operations import claiming, reading, results, retention, starting, steering
from app.services.operations.results import Result
from app.services.operations.targets import Chosen, Wanted
from tests.factories import NOW, make_device, make_tenant, make_user
from tests.services.operating import (
    ALICE,
    begin,
    claim,
    ids_of,
    make_phones,
    order,
    states_of,
    targets_of,
)

S = TargetState
SECOND = timedelta(seconds=1)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_an_operation_has_a_waiting_target_for_each_phone_and_an_entry_in_the_journal(session):
    devices = make_phones(session, 3)
    operation = begin(session, devices)
    targets = targets_of(session, operation)
    assert [target.key for target in targets] == [device.mac for device in devices]
    assert {target.tenant_id for target in targets} == {devices[0].tenant_id}
    assert (operation.total, set(states_of(session, operation))) == (3, {S.WAITING})
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "operation started")).one()
    assert entry.text == f"alice started the operation {operation.id}: Restart for 3 phones."


def test_all_that_match_are_found_by_the_database(session):
    make_phones(session, 3)
    globex = make_tenant(session, "Globex")
    theirs = make_phones(session, 2, tenant=globex)
    chosen = Chosen(
        Subject.DEVICES, (theirs[0].mac,), (Wanted(tenant_name="Globex"), Wanted(theirs[1].mac[-4:]))
    )
    operation = starting.start(session, order([], chosen=chosen), **ALICE, now=NOW)
    assert {target.key for target in targets_of(session, operation)} == {device.mac for device in theirs}


@ON_SQLITE
def test_the_phones_of_users_are_restarted(session):
    anna = make_user(session)
    device = make_device(session, phone_user=anna)
    make_phones(session, 1)
    operation = starting.start(
        session, order([], chosen=Chosen(Subject.USERS, (str(anna.id),))), **ALICE, now=NOW
    )
    assert [target.key for target in targets_of(session, operation)] == [device.mac]


def test_an_account_begins_nothing_for_phones_of_other_tenants(session):
    ours = make_phones(session, 1)
    theirs = make_phones(session, 1, tenant=make_tenant(session, "Globex"))
    set_scope(session, only_tenants([ours[0].tenant_id]))
    operation = begin(session, ours + theirs)
    everything = starting.start(
        session, order([], chosen=Chosen(Subject.DEVICES, (), (Wanted(),))), **ALICE, now=NOW
    )
    assert [target.key for target in targets_of(session, operation)] == [ours[0].mac]
    assert [target.key for target in targets_of(session, everything)] == [ours[0].mac]
    with pytest.raises(InvalidInputError, match="account does not see"):
        begin(session, theirs)


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"batch": 7}, "A batch has"),
        ({"delay": 3}, "delays between batches"),
        ({"patience": timedelta(minutes=7)}, "to confirm"),
        ({"options": {"mode": "sometimes"}}, "graceful or force"),
        ({"action": Action.MESSAGE, "options": {"text": " ", "seconds": "5"}}, "Write the text"),
        ({"action": Action.MESSAGE, "options": {"text": "x" * 301, "seconds": "5"}}, "300 is the most"),
        ({"action": Action.MESSAGE, "options": {"text": "x", "seconds": "0"}}, "from 1 to 3600"),
        ({"action": Action.FIRMWARE}, "Choose the firmware"),
        ({"action": Action.PASSWORDS}, "is for users"),
        ({"begins_at": NOW + timedelta(days=400)}, "more than a year"),
    ],
)
def test_what_will_not_do_is_refused_as_a_whole(session, wrong, sentence):
    devices = make_phones(session, 1)
    with pytest.raises(InvalidInputError, match=sentence):
        begin(session, devices, **wrong)
    assert session.scalars(select(Operation)).all() == []


def test_targets_are_claimed_in_their_order_batch_by_batch(session):
    operation = begin(session, make_phones(session, 12), batch=5, delay=120)
    first = claim(session)
    assert (first.operation.id, len(first.targets)) == (operation.id, 5)
    assert claiming.claim(session, owner="b", room=100, is_local=False, now=NOW + 119 * SECOND) is None
    second = claim(session, now=NOW + 120 * SECOND)
    third = claim(session, now=NOW + 240 * SECOND)
    assert ids_of(first) + ids_of(second) + ids_of(third) == [
        target.id for target in targets_of(session, operation)
    ]
    assert not claiming.is_anything_due(session, is_local=False, now=NOW + timedelta(days=1))


def test_one_that_hangs_holds_up_no_other(session):
    operation = begin(session, make_phones(session, 6), batch=5)
    hanging, *others = ids_of(claim(session))
    assert claiming.claim(session, owner="b", room=100, is_local=False, now=NOW) is None
    done = [Result(target_id, S.CONFIRMED) for target_id in others]
    results.record(session, operation, done, owner="a worker", now=NOW)
    assert len(claim(session).targets) == 1
    assert states_of(session, operation).count(S.CLAIMED) == 2
    assert hanging


def test_an_operation_that_begins_later_waits_for_its_time(session):
    begin(session, make_phones(session, 1), begins_at=NOW + timedelta(hours=1))
    assert not claiming.is_anything_due(session, is_local=False, now=NOW + timedelta(minutes=59))
    assert claim(session, now=NOW + timedelta(hours=1))


def test_operations_take_turns(session):
    devices = make_phones(session, 4)
    first, second = begin(session, devices, batch=1, delay=2), begin(session, devices, batch=1, delay=2)
    served = []
    for step in range(4):
        now = NOW + 2 * step * SECOND
        served += [claim(session, now=now).operation.id, claim(session, now=now).operation.id]
    assert served.count(first.id) == served.count(second.id) == 4
    assert {*served[:2]} == {first.id, second.id}


def test_what_is_done_here_and_what_is_asked_of_phones_are_claimed_apart(session):
    devices = make_phones(session, 1)
    generate, restart = begin(session, devices, Action.GENERATE), begin(session, devices)
    assert claim(session, is_local=True).operation.id == generate.id
    assert claim(session, is_local=False).operation.id == restart.id


def test_only_who_has_a_target_may_ask_it_and_only_once(session):
    begin(session, make_phones(session, 2))
    ids = ids_of(claim(session, "a"))
    assert claiming.mark_sending(session, ids, owner="b", now=NOW) == set()
    assert claiming.mark_sending(session, ids, owner="a", now=NOW) == set(ids)
    assert claiming.mark_sending(session, ids, owner="a", now=NOW) == set()


def test_a_result_of_one_who_lost_the_target_is_not_kept(session):
    operation = begin(session, make_phones(session, 1))
    (target_id,) = ids_of(claim(session, "a"))
    results.record(session, operation, [Result(target_id, S.CONFIRMED)], owner="b", now=NOW)
    assert states_of(session, operation) == [S.CLAIMED]


def test_a_target_whose_worker_ended_before_it_asked_waits_again(session):
    operation = begin(session, make_phones(session, 2))
    claim(session)
    later = NOW + claiming.LEASE + SECOND
    assert claiming.find_abandoned(session, now=NOW + claiming.LEASE) == []
    assert claiming.take_back(session, claiming.find_abandoned(session, now=later), now=later) == 2
    assert states_of(session, operation) == [S.WAITING, S.WAITING]


def test_a_phone_that_may_have_been_asked_to_restart_is_not_asked_again_by_itself(session):
    operation = begin(session, make_phones(session, 1))
    ids = ids_of(claim(session))
    claiming.mark_sending(session, ids, owner="a worker", now=NOW)
    later = NOW + claiming.LEASE + SECOND
    claiming.take_back(session, ids, now=later)
    (target,) = targets_of(session, operation)
    assert (target.state, target.confirm_by) == (S.SENT, later + timedelta(minutes=15))
    assert "not known" in target.reason
    assert claiming.claim(session, owner="b", room=9, is_local=False, now=later) is None


def test_a_phone_that_may_be_asked_twice_is_asked_three_times_at_most(session):
    operation = begin(session, make_phones(session, 1), Action.CHECK_STATUS)
    now = NOW
    for _ in range(claiming.MOST_ATTEMPTS):
        ids = ids_of(claim(session, now=now))
        claiming.mark_sending(session, ids, owner="a worker", now=now)
        now += claiming.LEASE + SECOND
        claiming.take_back(session, ids, now=now)
    (target,) = targets_of(session, operation)
    assert (target.state, target.reason) == (S.FAILED, "The process that had it ended 3 times.")


def test_phones_are_told_later_for_as_long_as_they_have_to_confirm(session):
    devices = make_phones(session, 2)
    operation = begin(session, devices, Action.MESSAGE, options={"text": "Hello", "seconds": "5"})
    ids = ids_of(claim(session))
    request = results.request_for(operation.action, operation.options)
    results.queue(session, operation, dict.fromkeys(ids, "That way."), request, owner="a worker", now=NOW)
    assert {(target.state, target.way, target.reason) for target in targets_of(session, operation)} == {
        (S.QUEUED, Way.KEEP_ALIVE, "That way.")
    }
    actions = session.scalars(select(PendingAction).order_by(PendingAction.id)).all()
    assert [action.mac for action in actions] == [device.mac for device in devices]
    assert {action.expires_at for action in actions} == {NOW + timedelta(minutes=15)}
    assert actions[0].request == {"cmd": "message", "text": "Hello", "seconds": 5}


def test_an_operation_ends_when_nothing_is_left(session):
    operation = begin(session, make_phones(session, 2))
    one, other = ids_of(claim(session))
    claiming.mark_sending(session, [other], owner="a worker", now=NOW)
    end = [Result(one, S.CONFIRMED), Result(other, S.SENT)]
    results.record(session, operation, end, owner="a worker", now=NOW)
    assert results.find_ended(session) == []
    target = session.get_one(OperationTarget, other, populate_existing=True)
    target.state = S.CONFIRMED
    session.flush()
    assert results.finish(session, results.find_ended(session), now=NOW) == 1
    session.refresh(operation)
    assert (operation.state, operation.finished_at) == (OperationState.FINISHED, NOW)


@ON_SQLITE
def test_a_message_that_was_sent_has_ended(session):
    operation = begin(session, make_phones(session, 1), Action.MESSAGE, options={"text": "x", "seconds": "1"})
    ids = ids_of(claim(session))
    claiming.mark_sending(session, ids, owner="a worker", now=NOW)
    results.record(session, operation, [Result(ids[0], S.SENT)], owner="a worker", now=NOW)
    assert results.find_ended(session) == [operation.id]
    assert reading.progress_of(session, [operation.id])[operation.id].percent == 100


def test_a_paused_operation_begins_nothing_and_takes_back_what_was_not_told(session):
    operation = begin(session, make_phones(session, 3), batch=1, delay=2)
    (told_later,) = ids_of(claim(session))
    request = results.request_for(operation.action, operation.options)
    results.queue(session, operation, {told_later: ""}, request, owner="a worker", now=NOW)
    assert steering.pause(session, operation.id, **ALICE, now=NOW) == 1
    assert not claiming.is_anything_due(session, is_local=False, now=NOW + timedelta(days=1))
    assert states_of(session, operation) == [S.WAITING] * 3
    assert session.scalars(select(PendingAction)).all() == []
    with pytest.raises(ConflictError, match="nothing to pause"):
        steering.pause(session, operation.id, **ALICE, now=NOW)
    steering.resume(session, operation.id, **ALICE, now=NOW + 2 * SECOND)
    assert claim(session, now=NOW + 2 * SECOND).targets[0][0] == told_later


def test_only_those_that_failed_are_tried_again(session):
    operation = begin(session, make_phones(session, 3))
    one, two, three = ids_of(claim(session))
    ends = [Result(one, S.FAILED, "No."), Result(two, S.CONFIRMED), Result(three, S.SKIPPED)]
    results.record(session, operation, ends, owner="a worker", now=NOW)
    results.finish(session, [operation.id], now=NOW)
    assert steering.retry_failed(session, operation.id, **ALICE, now=NOW) == 1
    assert states_of(session, operation) == [S.WAITING, S.CONFIRMED, S.SKIPPED]
    assert ids_of(claim(session)) == [one]
    with pytest.raises(ConflictError, match="nothing to try again"):
        steering.retry_failed(session, operation.id, **ALICE, now=NOW)


def test_who_sees_a_part_of_an_operation_sees_that_part_and_steers_nothing(session):
    ours = make_phones(session, 2)
    theirs = make_phones(session, 1, tenant=make_tenant(session, "Globex"))
    both, alien = begin(session, ours + theirs), begin(session, theirs)
    session.flush()
    set_scope(session, only_tenants([ours[0].tenant_id]))
    assert [row.id for row in reading.search(session, state=None, number=1, size=9).rows] == [both.id]
    assert reading.progress_of(session, [both.id])[both.id].total == 2
    with pytest.raises(NotAllowedError, match="other tenants"):
        steering.pause(session, both.id, **ALICE, now=NOW)
    with pytest.raises(NotFoundError):
        reading.get_operation(session, alien.id)
    with pytest.raises(NotFoundError):
        steering.pause(session, alien.id, **ALICE, now=NOW)


@ON_SQLITE
def test_targets_are_found_by_state_and_words(session):
    devices = make_phones(session, 3)
    operation = begin(session, devices)
    ids = ids_of(claim(session))
    results.record(session, operation, [Result(ids[0], S.FAILED, "It slept.")], owner="a worker", now=NOW)

    def found(states=(), words=""):
        page = reading.search_targets(session, operation.id, states=states, words=words, number=1, size=9)
        return [target.key for target in page.rows]

    assert found([S.FAILED]) == found(words="slept") == [devices[0].mac]
    assert found(words=devices[1].mac.upper()) == [devices[1].mac]
    assert len(found()) == 3


def test_old_operations_are_forgotten_with_their_targets(session):
    old, fresh = begin(session, make_phones(session, 2)), begin(session, make_phones(session, 1))
    for operation, at in ((old, NOW), (fresh, NOW + timedelta(days=2))):
        operation.state, operation.finished_at = OperationState.FINISHED, at
    session.flush()
    later = NOW + retention.KEPT + timedelta(days=1)
    assert retention.drop_targets(session, retention.find_old_targets(session, now=later), now=later) == 2
    assert session.scalars(select(Operation.id)).all() == [fresh.id]
