"""A phone remembers what was answered; a stored report that is older than that is a lost one."""

import asyncio
import json

from benchmarks import reports
from benchmarks.acknowledged import Acknowledged, report_until_it_dies
from tests.benchmarks.recording import recorder

TAG = "0badcafe"


def noted(*laps: int) -> Acknowledged:
    found = Acknowledged(TAG)
    for lap in laps:
        found.note("00908f000010", lap)
    return found


def stored(text: str) -> dict[str, str]:
    return {"00908f000010": f"Desk 1, {text}"}


def test_what_was_answered_last_has_to_be_there() -> None:
    assert noted(6, 7).lost_from(stored(f"{TAG}0007")) == []
    assert noted(6, 7).lost_from(stored(f"{TAG}0006")) == ["00908f000010"]


def test_a_report_that_was_stored_and_not_answered_is_no_loss() -> None:
    assert noted(7).lost_from(stored(f"{TAG}0008")) == []


def test_a_phone_whose_row_says_nothing_of_it_lost_its_report() -> None:
    assert noted(0).lost_from(stored("000000000000")) == ["00908f000010"]
    assert noted(0).lost_from({}) == ["00908f000010"]


def test_every_answer_is_noted_until_the_server_dies() -> None:
    found = Acknowledged(TAG)
    with recorder() as server:
        server.dies_after = 20
        asyncio.run(report_until_it_dies(server.url, list(reports.asks(7)), 2, found))
    said = [(json.loads(one.body)["mac"], one.body.partition(TAG.encode())[2][:4]) for one in server.received]
    assert found.count == 20
    assert len(found.laps) == 7
    for mac, lap in found.laps.items():
        assert (mac, f"{lap:04d}".encode()) in said


def test_what_is_refused_is_not_noted() -> None:
    found = Acknowledged(TAG)
    with recorder() as server:
        server.status, server.dies_after = 503, 5
        asyncio.run(report_until_it_dies(server.url, list(reports.asks(7)), 1, found))
    assert (found.count, found.laps) == (0, {})
