"""What may become of an alarm: every move from every state, twice, and what happens by itself (rules 3.2)."""

from datetime import timedelta

import pytest

from app.errors import InvalidInputError
from app.models.enums import AlarmDeed, ClearedBy, Severity
from app.rules.alarms import states
from app.rules.alarms.catalogue import GENERAL_LOCAL_EVENT, REGISTRATION_FAILURE, WEB_LOGIN_FAILURE
from app.rules.alarms.states import Change
from tests.factories import NOW

HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def fresh(kind=REGISTRATION_FAILURE):
    return states.raised(kind, Severity.CRITICAL, now=NOW)


def after(state, move):
    """The state after a move; the move has to be one."""
    assert move is not None
    return {**state, **move.columns}


def acknowledged(until=None, kind=REGISTRATION_FAILURE):
    state = fresh(kind)
    return after(state, states.acknowledge(state, kind, by="anna", until=until, note="", now=NOW))


def shelved(until=LATER):
    state = fresh()
    move = states.shelve(state, REGISTRATION_FAILURE, by="anna", until=until, reason="moving", now=NOW)
    return after(state, move)


def cleared(by=ClearedBy.PHONE, state=None):
    state = state or fresh()
    return after(state, states.clear(state, by, now=NOW))


def test_a_repeat_counts_and_tells_of_another_severity_only():
    same = states.repeat(fresh(), REGISTRATION_FAILURE, Severity.CRITICAL, now=LATER)
    assert (same.columns["count"], same.columns["last_raised_at"], same.change) == (2, LATER, None)
    other = states.repeat(fresh(), REGISTRATION_FAILURE, Severity.MINOR, now=LATER)
    assert other.change == Change(AlarmDeed.SEVERITY, Severity.CRITICAL, Severity.MINOR)
    assert other.columns["reported_severity"] is Severity.MINOR


@pytest.mark.parametrize(
    "state", [fresh(), acknowledged(), shelved()], ids=["none", "acknowledged", "shelved"]
)
@pytest.mark.parametrize("by", ClearedBy)
def test_whatever_an_operator_made_of_it_it_can_be_cleared_once(state, by):
    ended = cleared(by, state)
    assert (ended["cleared_at"], ended["cleared_by"], ended["next_due_at"]) == (NOW, by, None)
    assert states.clear(ended, by, now=LATER) is None


@pytest.mark.parametrize(
    ("by", "seconds", "may"),
    [
        (ClearedBy.PHONE, 300, True),
        (ClearedBy.OPERATOR, 300, True),
        (ClearedBy.PHONE, 301, False),
        (ClearedBy.DEVICE_REMOVED, 1, False),
    ],
)
def test_it_goes_on_as_the_same_within_five_minutes(by, seconds, may):
    assert states.may_reopen(cleared(by), now=NOW + timedelta(seconds=seconds)) is may


def test_one_that_is_active_cannot_be_reopened():
    assert not states.may_reopen(fresh(), now=NOW)


def test_reopened_it_is_still_acknowledged():
    state = cleared(state=acknowledged(until=LATER))
    reopened = after(state, states.reopen(state, REGISTRATION_FAILURE, Severity.MAJOR, now=NOW))
    assert (reopened["cleared_at"], reopened["reopened"], reopened["count"]) == (None, 1, 2)
    assert (reopened["acknowledged_by"], reopened["next_due_at"]) == ("anna", LATER)


def test_acknowledging_it_again_says_something_only_when_it_is_another_word():
    state = acknowledged()
    again = {"by": "anna", "until": None, "note": "", "now": LATER}
    assert states.acknowledge(state, REGISTRATION_FAILURE, **again) is None
    for other in ({"by": "bob"}, {"until": LATER + HOUR}, {"note": "called the branch"}):
        assert states.acknowledge(state, REGISTRATION_FAILURE, **{**again, **other}) is not None


def test_shelving_it_again_the_same_way_is_nothing():
    again = {"by": "anna", "until": LATER, "reason": "moving", "now": NOW}
    assert states.shelve(shelved(), REGISTRATION_FAILURE, **again) is None
    assert states.shelve(shelved(), REGISTRATION_FAILURE, **{**again, "until": LATER + HOUR}) is not None


def test_what_was_not_done_cannot_be_undone():
    for undo in (states.unacknowledge, states.unshelve):
        assert undo(fresh(), REGISTRATION_FAILURE, now=NOW) is None
    assert (
        after(acknowledged(), states.unacknowledge(acknowledged(), None, now=LATER))["acknowledged_by"] == ""
    )
    assert after(shelved(), states.unshelve(shelved(), None, now=LATER))["shelved_until"] is None


def test_nothing_can_be_made_of_one_that_was_cleared():
    state = cleared(state=after(acknowledged(), states.shelve(
        acknowledged(), None, by="anna", until=LATER, reason="", now=NOW)))  # fmt: skip
    assert states.acknowledge(state, None, by="bob", until=None, note="", now=NOW) is None
    assert states.shelve(state, None, by="bob", until=LATER, reason="", now=NOW) is None
    assert states.unacknowledge(state, None, now=NOW) is None
    assert states.unshelve(state, None, now=NOW) is None
    assert list(states.moves_due(state, None, now=LATER + HOUR)) == []


class TestByItself:
    def test_wrong_logins_end_a_minute_after_the_last(self):
        state = fresh(WEB_LOGIN_FAILURE)
        assert state["next_due_at"] == NOW + timedelta(seconds=60)
        again = after(
            state, states.repeat(state, WEB_LOGIN_FAILURE, Severity.MAJOR, now=NOW + timedelta(seconds=50))
        )
        assert list(states.moves_due(again, WEB_LOGIN_FAILURE, now=NOW + timedelta(seconds=109))) == []
        (move,) = states.moves_due(again, WEB_LOGIN_FAILURE, now=NOW + timedelta(seconds=110))
        assert move.change == Change(AlarmDeed.CLEAR, new=ClearedBy.ITSELF)

    def test_an_event_goes_after_a_week(self):
        assert fresh(GENERAL_LOCAL_EVENT)["next_due_at"] == NOW + timedelta(days=7)

    def test_others_stay(self):
        assert fresh()["next_due_at"] is None
        assert list(states.moves_due(fresh(), REGISTRATION_FAILURE, now=NOW + timedelta(days=999))) == []

    def test_an_acknowledgement_and_a_shelf_run_out(self):
        for state, deed in (
            (acknowledged(until=LATER), AlarmDeed.UNACKNOWLEDGE),
            (shelved(until=LATER), AlarmDeed.UNSHELVE),
        ):
            assert state["next_due_at"] == LATER
            assert list(states.moves_due(state, REGISTRATION_FAILURE, now=LATER - timedelta(seconds=1))) == []
            (move,) = states.moves_due(state, REGISTRATION_FAILURE, now=LATER)
            assert move.change is not None
            assert move.change.deed is deed
            assert move.columns["next_due_at"] is None

    def test_all_that_is_due_happens_in_one_go(self):
        state = acknowledged(until=NOW + timedelta(seconds=30), kind=WEB_LOGIN_FAILURE)
        assert state["next_due_at"] == NOW + timedelta(seconds=30)
        moves = list(states.moves_due(state, WEB_LOGIN_FAILURE, now=LATER))
        assert [move.change.deed for move in moves if move.change] == [
            AlarmDeed.UNACKNOWLEDGE,
            AlarmDeed.CLEAR,
        ]


def test_a_time_is_still_to_come_and_not_too_far():
    states.check_until(None, now=NOW)
    states.check_until(LATER, now=NOW, longest=HOUR)
    for until in (NOW, NOW - HOUR, LATER + HOUR):
        with pytest.raises(InvalidInputError):
            states.check_until(until, now=NOW, longest=HOUR)
