"""Group commit: calls that come in while one transaction is under way share the next one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from app.phone_api.answering import Call, PhoneApi, Recorded, Seen
from app.phone_api.errors import refuse_busy
from app.phone_api.messages import PhoneResponse

MOST_WAITING = 5_000
MOST_IN_BATCH = 500

_Waiting: TypeAlias = tuple[Call, asyncio.Future[PhoneResponse]]

log = logging.getLogger(__name__)


class Batcher:
    """Answers calls that write, one transaction at a time, each answer after the commit.

    A batch starts at once when none is under way, and is what came in meanwhile otherwise: at low load it is one
    call, at high load it grows by itself, up to a size that keeps the write lock short. All writing is done by one
    thread. Belongs to one event loop.
    """

    def __init__(self, api: PhoneApi) -> None:
        self._api = api
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="batch")
        self._waiting: list[_Waiting] = []
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._seen: Seen = {}

    async def answer(self, call: Call) -> PhoneResponse:
        """Return the call's answer once its transaction has been committed; 503 when too many wait already."""
        if len(self._waiting) >= MOST_WAITING:
            return refuse_busy("Too many phones report at once. Try again later.")
        answer: asyncio.Future[PhoneResponse] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, answer))
        if self._is_idle.is_set():
            self._start()
        return await answer

    async def flush(self) -> None:
        """Write the times of the last contact; those that could not be written are kept for the next time."""
        seen, self._seen = self._seen, {}
        if seen and not await self.write(lambda: self._api.write_seen(seen)):
            self._seen = seen | self._seen

    async def write(self, work: Callable[[], None]) -> bool:
        """Do work in the writing thread; False, and a line in the log, when it failed."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, work)
        except Exception:
            log.exception("The phone plane could not write; it tries again in a while.")
            return False
        return True

    async def close(self) -> None:
        """Answer what waits, write what is left and end the thread."""
        await self._is_idle.wait()
        await self.flush()
        self._writer.shutdown()

    def _start(self) -> None:
        batch, self._waiting = self._waiting[:MOST_IN_BATCH], self._waiting[MOST_IN_BATCH:]
        self._is_idle.clear()
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._writer, self._api.record, [call for call, _ in batch])
        done.add_done_callback(lambda result: self._finish(batch, result))

    def _finish(self, batch: Sequence[_Waiting], result: "asyncio.Future[Recorded]") -> None:
        try:
            answers, seen = result.result()
        except Exception:
            log.exception("A batch of %d calls failed as a whole.", len(batch))
            answers, seen = [refuse_busy("The server could not write. Try again later.") for _ in batch], {}
        self._seen |= seen
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():  # a phone that hung up has cancelled its future
                future.set_result(answer)
        if self._waiting:
            self._start()
        else:
            self._is_idle.set()
