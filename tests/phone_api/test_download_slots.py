"""Slots for downloads: limits in all, at a site and for an address, and none is ever lost."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.phone_api.download_slots import Downloader, DownloadSlots, Limits

ANNA, BOB = Downloader("10.1.2.3", 1), Downloader("10.1.2.4", 1)
CARL = Downloader("10.9.9.9")


def begin_all(slots, *downloaders):
    return [slots.begin(downloader, 0) is not None for downloader in downloaders]


@pytest.mark.parametrize(
    ("limits", "begun"),
    [
        (Limits(2, 0, 0), [True, True, False, False]),
        (Limits(0, 2, 0), [True, True, False, True]),
        (Limits(0, 0, 1), [True, False, True, True]),
        (Limits(9, 1, 9), [True, False, False, True]),
        (Limits(0, 0, 0), [True, True, True, True]),
    ],
)
def test_each_limit_holds(limits, begun):
    assert begin_all(DownloadSlots(limits), ANNA, ANNA, BOB, CARL) == begun


def test_a_phone_whose_site_is_not_known_counts_for_its_address_alone():
    slots = DownloadSlots(Limits(0, 1, 2))
    assert begin_all(slots, CARL, CARL, CARL) == [True, True, False]


def test_a_download_that_ended_gives_its_slot_back_once():
    slots = DownloadSlots(Limits(2, 2, 2))
    first, second = slots.begin(ANNA, 0), slots.begin(ANNA, 0)
    first.close()
    first.close()
    assert begin_all(slots, ANNA, ANNA) == [True, False]
    second.close()
    assert slots.has_room(ANNA, 0)


def test_whether_there_is_room_is_told_without_taking_it():
    slots = DownloadSlots(Limits(1, 0, 0))
    assert [slots.has_room(ANNA, 0) for _ in range(3)] == [True] * 3
    slots.begin(ANNA, 0)
    assert not slots.has_room(BOB, 0)


def test_a_refusal_takes_nothing():
    slots = DownloadSlots(Limits(0, 1, 2))
    slots.begin(ANNA, 0)
    assert begin_all(slots, BOB, BOB, BOB) == [False] * 3
    assert slots.begin(Downloader(BOB.address, 2), 0)


def test_a_slot_with_an_end_is_free_from_then_on():
    slots = DownloadSlots(Limits(2, 0, 0))
    slots.begin(ANNA, 100.0, seconds=30.0)
    slots.begin(BOB, 101.0, seconds=10.0)
    assert not slots.has_room(CARL, 110.9)
    assert slots.has_room(CARL, 111.0)
    assert begin_all(slots, CARL, CARL) == [True, False]
    assert slots.has_room(CARL, 130.0)


def test_a_slot_that_was_given_back_before_its_end_is_not_given_back_again():
    slots = DownloadSlots(Limits(1, 0, 0))
    slots.begin(ANNA, 0.0, seconds=5.0).close()
    slots.begin(BOB, 0.0)
    assert not slots.has_room(CARL, 60.0)


def test_threads_lose_no_slot_and_never_pass_the_limit():
    slots = DownloadSlots(Limits(5, 3, 2))
    under_way = []

    def download(seed):
        chance = random.Random(seed)
        for _ in range(300):
            slot = slots.begin(chance.choice((ANNA, BOB, CARL)), 0)
            if slot is not None:
                under_way.append(slot)
                assert len(under_way) <= 5 + 4  # each of the others may be between close and remove
                slot.close()
                under_way.remove(slot)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(download, range(4)))
    assert begin_all(slots, ANNA, ANNA, BOB, CARL, CARL) == [True, True, True, True, True]
