"""Times as pages write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.views.times import exact, time_ago

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=45), "1 minute ago"),
        (timedelta(seconds=89), "1 minute ago"),
        (timedelta(minutes=59), "1 hour ago"),
        (timedelta(minutes=31), "31 minutes ago"),
        (timedelta(hours=23), "1 day ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=29), "1 month ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_distance_is_said_in_its_largest_unit(distance: timedelta, words: str):
    assert time_ago(NOON - distance, NOON) == words


def test_an_exact_time_is_in_utc():
    assert exact(datetime(2026, 3, 9, 14, tzinfo=timezone(timedelta(hours=2)))) == "2026-03-09 12:00:00 UTC"
