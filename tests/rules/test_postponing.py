"""The back-off of phones that are not there."""

from datetime import UTC, datetime, timedelta

from app.rules.postponing import next_try

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def test_pauses_double_from_five_minutes_to_four_hours():
    minutes = [(next_try(tries, now=NOW) - NOW) / timedelta(minutes=1) for tries in range(1, 10)]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240, 240]


def test_a_phone_that_is_never_there_costs_no_large_numbers():
    assert next_try(10_000, now=NOW) == NOW + timedelta(hours=4)
