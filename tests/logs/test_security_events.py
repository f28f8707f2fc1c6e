"""Refusals in the log: one line each, and bounded, so that nobody fills the log by being refused."""

import logging

import pytest

from app.logs import context, security_events
from app.logs.security_events import MOST_OF_ONE_PER_MINUTE, MOST_PER_MINUTE, Refusals


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 60.0

    def __call__(self) -> float:
        return self.seconds


def refuse(refusals: Refusals, address: str, times: int) -> None:
    with context.about(context.Request("1a2b3c4d", address)):
        for _ in range(times):
            refusals.note("a page", "GET /operators/", "You may not.")


def test_one_address_is_told_of_so_often_in_a_minute_and_the_rest_is_counted(
    caplog: pytest.LogCaptureFixture,
):
    clock = Clock()
    refusals = Refusals(clock)
    with caplog.at_level(logging.WARNING, security_events.NAME):
        refuse(refusals, "192.0.2.7", 500)
        refuse(refusals, "192.0.2.8", 1)
        said = ["Refused a page, GET /operators/ (You may not.)"] * (MOST_OF_ONE_PER_MINUTE + 1)
        assert caplog.messages == said
        clock.seconds += 60
        refuse(refusals, "192.0.2.7", 1)
    assert caplog.messages == [
        *said,
        f"{500 - MOST_OF_ONE_PER_MINUTE} more refusals were left out: too many in a minute.",
        said[0],
    ]


def test_nor_do_very_many_addresses_fill_it(caplog: pytest.LogCaptureFixture):
    clock = Clock()
    refusals = Refusals(clock)
    with caplog.at_level(logging.WARNING, security_events.NAME):
        for number in range(2_000):
            refuse(refusals, f"10.0.{number // 250}.{number % 250}", 1)
        assert len(caplog.messages) == MOST_PER_MINUTE
        clock.seconds += 60
        refuse(refusals, "192.0.2.7", 1)
    assert (
        caplog.messages[-2] == f"{2_000 - MOST_PER_MINUTE} more refusals were left out: too many in a minute."
    )


def test_what_was_asked_for_is_cut(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, security_events.NAME):
        Refusals(Clock()).note("a page", "GET /" + "x" * 9_000, "y" * 9_000)
    assert len(caplog.messages[0]) < 450
