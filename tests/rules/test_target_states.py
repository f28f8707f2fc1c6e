"""The states of a target: each is explained, and none leads a phone into being asked twice by itself."""

from app.models.enums import TargetState
from app.rules.target_states import ENDED, FOLLOWS, SENTENCES, sources_of


def test_every_state_has_a_sentence_and_says_what_may_follow():
    assert set(SENTENCES) == set(FOLLOWS) == set(TargetState)


def test_every_state_can_be_reached_and_leads_to_an_end():
    for state in TargetState:
        assert state is TargetState.WAITING or sources_of(state)
        assert reachable_from(state) & set(ENDED)


def test_who_may_have_been_asked_does_not_wait_again_before_it_has_failed():
    for state in (TargetState.SENDING, TargetState.SENT):
        assert TargetState.WAITING not in FOLLOWS[state]
        assert TargetState.CLAIMED not in FOLLOWS[state]


def test_what_is_done_is_done():
    assert not FOLLOWS[TargetState.CONFIRMED]
    assert not FOLLOWS[TargetState.SKIPPED]


def reachable_from(state):
    found, new = {state}, {state}
    while new:
        new = {following for one in new for following in FOLLOWS[one]} - found
        found |= new
    return found
