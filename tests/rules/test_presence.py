"""Status of phones and the silence that makes them disconnected."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import InvalidInputError
from app.models.enums import Status
from app.rules.presence import counts_as_registered, is_silent, silence_deadline, status_from_text

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
TIMEOUT = timedelta(minutes=120)
LONG_AGO = NOON - timedelta(days=30)


@pytest.mark.parametrize(
    ("silence", "silent"),
    [
        (timedelta(0), False),
        (timedelta(minutes=119), False),
        (TIMEOUT, False),
        (TIMEOUT + timedelta(microseconds=1), True),
        (timedelta(days=9), True),
        (timedelta(seconds=-5), False),
    ],
)
def test_phone_is_silent_when_nothing_was_heard_for_longer_than_the_timeout(
    silence: timedelta, silent: bool
) -> None:
    assert is_silent(NOON - silence, LONG_AGO, NOON, TIMEOUT) is silent


def test_deadline_lies_one_timeout_ago() -> None:
    assert silence_deadline(LONG_AGO, NOON, TIMEOUT) == datetime(2024, 5, 6, 10, tzinfo=UTC)


def test_there_is_no_deadline_until_the_plane_ran_for_one_timeout() -> None:
    assert silence_deadline(NOON - TIMEOUT, NOON, TIMEOUT) is None


def test_time_in_which_nobody_listened_does_not_count() -> None:
    assert not is_silent(LONG_AGO, NOON - TIMEOUT, NOON, TIMEOUT)


def test_phone_has_one_full_timeout_after_a_stop() -> None:
    assert is_silent(LONG_AGO, NOON - TIMEOUT - timedelta(seconds=1), NOON, TIMEOUT)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("started", Status.STARTED),
        ("registered", Status.REGISTERED),
        ("Registered", Status.REGISTERED),
        (" UNREGISTERED ", Status.UNREGISTERED),
        ("offline", Status.OFFLINE),
    ],
)
def test_status_is_read_without_regard_to_case(text: str, status: Status) -> None:
    assert status_from_text(text) is status


@pytest.mark.parametrize("text", ["disconnected", "DISCONNECTED", "busy", "", "registered now"])
def test_word_that_no_phone_may_say_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        status_from_text(text)

    assert str(refusal.value) == (
        f'"{text}" is no status of a phone; send started, registered, unregistered, offline.'
    )


def test_only_registered_phones_count_as_registered() -> None:
    assert [status for status in Status if counts_as_registered(status)] == [Status.REGISTERED]
