"""How an operation is paced: in batches whose beginnings lie apart, or as many at once as a batch has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

BATCH_SIZES = (1, 5, 10, 20, 30, 50, 100)
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (0, 2, 5, 10, 30, 120, 300))


@dataclass(frozen=True, slots=True)
class Pace:
    """So many targets in a batch, and the time from the beginning of one batch to that of the next."""

    batch_size: int
    delay: timedelta


@dataclass(frozen=True, slots=True)
class Beat:
    """Where an operation stands: when its next batch may begin, and how many of the present one have not begun."""

    next_batch_at: datetime
    left_in_batch: int


def may_begin(pace: Pace, beat: Beat, *, in_flight: int, now: datetime) -> int:
    """Return how many targets may begin at this moment.

    Without a delay a target begins as soon as another has ended, so that never more than a batch are in flight and one
    that hangs takes one place only. With a delay a batch begins at its time, whatever became of the one before.
    """
    if not pace.delay:
        return max(pace.batch_size - in_flight, 0) if now >= beat.next_batch_at else 0
    if beat.left_in_batch:
        return beat.left_in_batch
    return pace.batch_size if now >= beat.next_batch_at else 0


def after_beginning(pace: Pace, beat: Beat, begun: int, *, now: datetime) -> Beat:
    """Return where the operation stands once so many targets have begun; at most ``may_begin`` of them.

    A worker that has less room than a batch begins a part of it. The rest follows without waiting, by any worker, and
    the next batch waits from the beginning of the first part.
    """
    if not pace.delay or not begun:
        return beat
    if beat.left_in_batch:
        return Beat(beat.next_batch_at, beat.left_in_batch - begun)
    return Beat(now + pace.delay, pace.batch_size - begun)


def least_duration(pace: Pace, targets: int) -> timedelta:
    """Return how long the beginnings of all targets take by their delays alone."""
    batches = -(-targets // pace.batch_size)
    return pace.delay * max(batches - 1, 0)
