"""The gate of a wave: passed when all that count are well enough, failed as soon as it can no longer pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.gates import TROUBLES, Limit, Standing, decide, parse_limit, severities_from

S = Standing
NONE = Limit(0)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("0", Limit(0)),
        (" 3 ", Limit(3)),
        ("5 %", Limit(5, is_percent=True)),
        ("100%", Limit(100, is_percent=True)),
    ],
)
def test_a_limit_is_a_count_or_a_share(text, limit):
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "-1", "101 %", "some", "1.5 %"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(InvalidInputError, match="a count"):
        parse_limit(text)


def test_a_share_is_rounded_down_so_that_it_never_allows_more():
    assert [Limit(5, is_percent=True).allowed(phones) for phones in (1, 19, 20, 39, 40)] == [0, 0, 1, 1, 2]
    assert Limit(3).allowed(1) == 3


def test_an_alarm_counts_from_the_chosen_severity_upwards():
    assert severities_from(Severity.MAJOR) == (Severity.CRITICAL, Severity.MAJOR)
    assert severities_from(Severity.CRITICAL) == (Severity.CRITICAL,)
    assert severities_from(None) == ()


@pytest.mark.parametrize("open_one", [S.WAITING, S.WATCHED])
def test_a_gate_is_open_while_a_phone_is_to_be_asked_or_watched(open_one):
    assert decide(NONE, {S.WELL: 9, open_one: 1}) is None


def test_all_well_passes_and_says_so():
    assert decide(NONE, {S.WELL: 10}) == (True, "All 10 phones are well.")
    assert decide(NONE, {S.WELL: 1, S.SKIPPED: 4}) == (True, "Its phone is well.")


def test_a_few_that_are_not_well_pass_and_are_named_by_what_they_lack():
    counts = {S.WELL: 17, S.SILENT: 2, S.ALARMED: 1}
    assert decide(Limit(3), counts) == (
        True,
        "3 of 20 phones are not well: 2 did not confirm it, 1 raised an alarm.",
    )
    assert decide(Limit(15, is_percent=True), counts).has_passed


def test_one_more_than_may_be_fails():
    assert decide(Limit(2), {S.WELL: 17, S.OTHER_VERSION: 3}) == (
        False,
        "3 of 20 phones are not well: 3 came back with another version. At most 2 may be.",
    )
    assert decide(NONE, {S.UNREGISTERED: 1}) == (
        False,
        "1 of 1 phone is not well: 1 did not register again. None may be.",
    )


def test_it_fails_in_the_middle_of_a_wave_as_soon_as_it_can_no_longer_pass():
    counts = {S.WAITING: 90, S.WATCHED: 5, S.SILENT: 5}
    assert decide(Limit(5, is_percent=True), counts) is None
    assert not decide(Limit(5, is_percent=True), {**counts, S.SILENT: 6}).has_passed


@pytest.mark.parametrize("aside", [S.POSTPONED, S.SKIPPED, S.ABSENT])
def test_phones_that_are_not_there_neither_hold_a_wave_up_nor_count(aside):
    assert decide(NONE, {S.WELL: 2, aside: 50}) == (True, "All 2 phones are well.")
    assert not decide(Limit(50, is_percent=True), {S.WELL: 1, S.SILENT: 2, aside: 50}).has_passed


def test_a_wave_of_which_no_phone_was_there_waits_for_one():
    assert decide(NONE, {S.POSTPONED: 5}) is None
    assert decide(NONE, {S.POSTPONED: 4, S.ABSENT: 1}) is None
    assert decide(NONE, {S.ABSENT: 5}) == (
        False,
        "None of its phones was there until the deadline, so nothing is known.",
    )


def test_a_wave_with_nothing_to_do_passes():
    assert decide(NONE, {S.SKIPPED: 3}) == (True, "There was nothing to do for any of its phones.")


COUNTS = st.dictionaries(st.sampled_from(Standing), st.integers(0, 200), min_size=1)


@given(COUNTS, st.integers(0, 100), st.booleans())
def test_a_decision_never_comes_to_be_another_by_phones_that_turn_out_well(counts, number, is_percent):
    """What has failed in the middle of a wave would have failed at its end, whatever became of the others."""
    limit = Limit(number, is_percent)
    decision = decide(limit, counts)
    if decision is None or decision.has_passed or not any(counts.get(word) for word in TROUBLES):
        return
    later = dict(counts)
    later[S.WELL] = later.get(S.WELL, 0) + later.pop(S.WAITING, 0) + later.pop(S.WATCHED, 0)
    end = decide(limit, later)
    assert end is not None
    assert not end.has_passed
