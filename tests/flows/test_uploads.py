"""Firmware that comes in over real sockets: large, broken off, or cut by a kill; memory stays, and nothing is left."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import firmware
from tests import factories
from tests.databases import Databases
from tests.flows.installation import Installation, installation, until
from tests.flows.memory import memory_of
from tests.flows.uploading import MEGABYTE, Uploader, image
from tests.phone_api.doors import Reply
from tests.phone_api.wire import wire_to

MOST_GROWTH = 24.0
"""MiB by which the web server may grow while a file comes in, whatever its size."""


@pytest.fixture(scope="module")
def ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster that takes files of 60 MB."""
    folder, url = tmp_path_factory.mktemp("uploads"), sqlite_databases.create()
    with installation(folder, url, LARGEST_FIRMWARE="60") as running:
        yield running


@pytest.fixture
def uploader(ringmaster: Installation) -> Uploader:
    return Uploader(ringmaster)


def left_in(ringmaster: Installation) -> list[Path]:
    folder = ringmaster.data_dir / "firmware"
    return sorted(folder.glob("[!.]*"))


def named(ringmaster: Installation) -> set[str]:
    with ringmaster.reading() as session:
        return firmware.checksums(session)


def refusal(answer: Reply) -> str:
    sentence: str = json.loads(answer.body)["refused"]
    return sentence


def test_a_large_file_comes_in_and_goes_out_without_filling_memory(
    ringmaster: Installation, uploader: Uploader
):
    size = 50 * MEGABYTE
    with memory_of(ringmaster, "web worker") as memory:
        answer = uploader.upload("420HD.img", image(size), size)
    assert (answer.status, json.loads(answer.body)) == (200, {"address": "/firmware/"})
    assert memory.peak - memory.before < MOST_GROWTH
    (stored,) = left_in(ringmaster)
    assert (stored.name, stored.stat().st_size) == (*named(ringmaster), size)


def test_a_file_that_is_too_large_is_heard_out_and_refused(ringmaster: Installation, uploader: Uploader):
    before, size = left_in(ringmaster), 90 * MEGABYTE
    with memory_of(ringmaster, "web worker") as memory:
        answer = uploader.upload("405.img", image(size), size)
    assert answer.status == 400
    assert "larger than 60 MB" in refusal(answer)
    assert memory.peak - memory.before < MOST_GROWTH
    assert left_in(ringmaster) == before


def test_a_sender_who_leaves_in_the_middle_leaves_nothing_and_the_next_is_served(
    ringmaster: Installation, uploader: Uploader
):
    before = left_in(ringmaster)
    uploader.break_off("405.img", image(10 * MEGABYTE), 40 * MEGABYTE)
    until(lambda: left_in(ringmaster) == before)
    answer = until(lambda: taken(uploader, MEGABYTE))
    assert answer.status == 200


def taken(uploader: Uploader, size: int) -> Reply | None:
    """Upload a file; None where the server still has the one before in its hands."""
    answer = uploader.upload("430HD.img", image(size), size)
    return None if answer.status == 409 else answer


def test_what_a_killed_server_had_half_taken_is_gone_when_it_is_up_again(
    ringmaster: Installation, uploader: Uploader
):
    before = left_in(ringmaster)
    with wire_to(ringmaster.running.ports[0]) as wire:
        uploader.begin(wire, "445HD.img", 40 * MEGABYTE)
        for piece in image(10 * MEGABYTE):
            wire.send(piece)
        until(lambda: len(left_in(ringmaster)) > len(before))
        ringmaster.end("web", signal.SIGKILL)
    until(lambda: left_in(ringmaster) == before)


def test_a_sender_who_stops_in_the_middle_is_given_up_after_ten_seconds(
    ringmaster: Installation, uploader: Uploader
):
    before = left_in(ringmaster)
    with wire_to(ringmaster.running.ports[0]) as wire:
        uploader.begin(wire, "445HD.img", 40 * MEGABYTE)
        for piece in image(10 * MEGABYTE):
            wire.send(piece)
        answer = wire.receive()
    assert "broke off" in refusal(answer)
    assert answer.status == 408
    assert left_in(ringmaster) == before


def test_another_page_is_there_at_once_while_a_file_comes_in(ringmaster: Installation, uploader: Uploader):
    with wire_to(ringmaster.running.ports[0]) as wire:
        uploader.begin(wire, "445HD.img", 40 * MEGABYTE)
        for piece in image(10 * MEGABYTE):
            wire.send(piece)
        assert "Phone Firmware Files" in uploader.open("/firmware/")
        assert uploader.upload("405.img", image(MEGABYTE), MEGABYTE).status == 409
        with ringmaster.writing() as session:  # nobody holds the write lock
            factories.make_tenant(session, "Meanwhile")


@pytest.mark.acceptance
def test_200_megabytes_are_taken_and_300_refused_and_memory_is_flat(
    sqlite_databases: Databases, tmp_path: Path
):
    with installation(tmp_path, sqlite_databases.create()) as ringmaster:
        uploader = Uploader(ringmaster)
        with memory_of(ringmaster, "web worker") as memory:
            taken = uploader.upload("420HD.img", image(200 * MEGABYTE), 200 * MEGABYTE)
            refused = uploader.upload("405.img", image(300 * MEGABYTE), 300 * MEGABYTE)
        assert (taken.status, refused.status) == (200, 400)
        assert "larger than 256 MB" in refusal(refused)
        assert memory.peak - memory.before < MOST_GROWTH
        assert [path.stat().st_size for path in left_in(ringmaster)] == [200 * MEGABYTE]
