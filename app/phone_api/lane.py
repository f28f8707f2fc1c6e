"""A lane: one thread that does the work of many calls, and takes what came in meanwhile as its next batch."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeAlias, TypeVar

import msgspec

from app.phone_api.calls import Call

MOST_WAITING = 5_000
MOST_IN_BATCH = 500
LONGEST_WAIT_SECONDS = 10.0
"""When the first in line has waited so long, nobody is let in: phones give up after half a minute, and come back."""

Answered = TypeVar("Answered")
Result = TypeVar("Result")
Work: TypeAlias = Callable[[Sequence[Call]], Sequence[Answered]]


class LaneIsFullError(Exception):
    """Too many calls wait already."""


class _Waiting(msgspec.Struct, Generic[Answered], frozen=True):
    """A call in line, since when, and where its answer goes."""

    call: Call
    answer: "asyncio.Future[Answered]"
    since: float


class Lane(Generic[Answered]):
    """Does one batch after the other, each in the lane's own thread. Belongs to one event loop.

    A batch starts at once when none is under way, and is what came in meanwhile otherwise: at low load it is one
    call, at high load it grows by itself, up to a size that keeps a transaction short. ``work`` answers all calls of
    a batch, in their order, and raises nothing.
    """

    def __init__(self, name: str, work: Work[Answered]) -> None:
        self._work = work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: list[_Waiting[Answered]] = []
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @property
    def waiting(self) -> int:
        """How many calls wait for the batch under way to end."""
        return len(self._waiting)

    async def answer(self, call: Call) -> Answered:
        """Return what the work made of a call; raises LaneIsFullError when too many wait already, or too long."""
        loop = asyncio.get_running_loop()
        if self._is_full(loop.time()):
            raise LaneIsFullError
        answer: asyncio.Future[Answered] = loop.create_future()
        self._waiting.append(_Waiting(call, answer, loop.time()))
        if self._is_idle.is_set():
            self._start()
        return await answer

    async def do(self, order: Callable[[], Result]) -> Result:
        """Do something else in the lane's thread, between two batches."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, order)

    async def finish(self) -> None:
        """Wait until nothing waits any more."""
        await self._is_idle.wait()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _is_full(self, now: float) -> bool:
        if not self._waiting:
            return False
        return len(self._waiting) >= MOST_WAITING or now - self._waiting[0].since >= LONGEST_WAIT_SECONDS

    def _start(self) -> None:
        batch, self._waiting = self._waiting[:MOST_IN_BATCH], self._waiting[MOST_IN_BATCH:]
        self._is_idle.clear()
        calls, answers = [one.call for one in batch], [one.answer for one in batch]
        done = asyncio.get_running_loop().run_in_executor(self._thread, self._work, calls)
        done.add_done_callback(lambda result: self._finish(answers, result))

    def _finish(
        self, answers: Sequence["asyncio.Future[Answered]"], result: "asyncio.Future[Sequence[Answered]]"
    ) -> None:
        for future, answer in zip(answers, result.result(), strict=True):
            if not future.done():  # a phone that hung up has cancelled its future
                future.set_result(answer)
        if self._waiting:
            self._start()
        else:
            self._is_idle.set()
