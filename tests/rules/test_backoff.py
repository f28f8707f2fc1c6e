"""How long something waits that failed."""

from datetime import timedelta

from app.rules.backoff import FIRST, LONGEST, wait_after


def test_waits_double_up_to_the_longest():
    waits = [wait_after(failures, chance=0.5) for failures in range(1, 10)]
    assert waits[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert waits[-1] == LONGEST
    assert wait_after(10**6, chance=0.5) == LONGEST


def test_chance_spreads_them():
    assert wait_after(1, chance=0.0) == timedelta(seconds=8)
    assert wait_after(1, chance=1.0) == timedelta(seconds=12)
