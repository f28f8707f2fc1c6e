"""The pace of an operation: batches whose beginnings lie apart, or as many at once as a batch has."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.pacing import BATCH_SIZES, DELAYS, Beat, Pace, after_beginning, least_duration, may_begin

START = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
WITH_DELAY = [delay for delay in DELAYS if delay]


def run(pace, targets, looks):
    """Begin targets at each look, as far as the pace and the room of that look allow; when each began."""
    beat, begun, now = Beat(START, 0), [], START
    for wait, room in looks:
        now += wait
        number = min(may_begin(pace, beat, in_flight=0, now=now), room, targets - len(begun))
        beat = after_beginning(pace, beat, number, now=now)
        begun += [now] * number
    return begun


LOOKS = st.lists(
    st.tuples(st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=7)), st.integers(0, 120)),
    max_size=60,
)


@given(st.sampled_from(BATCH_SIZES), st.sampled_from(WITH_DELAY), st.integers(0, 300), LOOKS)
def test_batches_are_never_larger_than_asked_and_never_begin_too_soon(size, delay, targets, looks):
    begun = run(Pace(size, delay), targets, looks)
    batches = [begun[first : first + size] for first in range(0, len(begun), size)]
    for before, after in pairwise(batches):
        assert after[0] - before[0] >= delay


@given(st.sampled_from(BATCH_SIZES), st.integers(0, 200))
def test_without_a_delay_never_more_than_a_batch_are_in_flight(size, in_flight):
    number = may_begin(Pace(size, timedelta(0)), Beat(START, 0), in_flight=in_flight, now=START)
    assert number == max(size - in_flight, 0)


def test_with_room_for_all_a_batch_begins_at_its_exact_time():
    pace = Pace(5, timedelta(minutes=2))
    looks = [(timedelta(seconds=1), 100)] * 241
    begun = run(pace, 12, looks)
    first = START + timedelta(seconds=1)
    assert begun == [first] * 5 + [first + pace.delay] * 5 + [first + 2 * pace.delay] * 2


def test_a_batch_for_which_there_is_no_room_begins_in_parts_without_waiting():
    pace = Pace(10, timedelta(minutes=2))
    begun = run(pace, 20, [(timedelta(0), 4), (timedelta(seconds=1), 4), (timedelta(seconds=1), 4)])
    assert [at - START for at in begun] == [timedelta(0)] * 4 + [timedelta(seconds=1)] * 4 + [
        timedelta(seconds=2)
    ] * 2


@pytest.mark.parametrize("delay", DELAYS)
def test_nothing_begins_before_the_chosen_time(delay):
    beat = Beat(START + timedelta(hours=1), 0)
    assert may_begin(Pace(5, delay), beat, in_flight=0, now=START) == 0


@pytest.mark.parametrize(
    ("targets", "minutes"), [(0, 0), (1, 0), (5, 0), (6, 2), (10, 2), (11, 4), (30_000, 11_998)]
)
def test_least_duration_is_what_the_delays_add_up_to(targets, minutes):
    assert least_duration(Pace(5, timedelta(minutes=2)), targets) == timedelta(minutes=minutes)
