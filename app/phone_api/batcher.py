"""Group commit: reports and alarms that come in while one transaction is under way share the next one."""

import logging
from collections.abc import Callable, Sequence
from itertools import islice

from app.phone_api.answering import PhoneApi, Seen
from app.phone_api.calls import Call
from app.phone_api.errors import refuse_busy
from app.phone_api.lane import MOST_IN_BATCH, Lane, LaneIsFullError
from app.phone_api.messages import PhoneResponse

MOST_SEEN_AT_ONCE = 500
"""The most times of a last contact that are written in one transaction, so that reports do not wait for them long."""

log = logging.getLogger(__name__)


class Batcher:
    """Answers calls that write, one transaction at a time, each answer after the commit; writes with one thread."""

    def __init__(self, api: PhoneApi) -> None:
        self._api = api
        self._lane = Lane("batch", self._record)
        self._seen: Seen = {}  # the lane's thread alone changes it

    @property
    def waiting(self) -> int:
        """How many calls wait for the transaction under way to end."""
        return self._lane.waiting

    @property
    def is_under_pressure(self) -> bool:
        """Whether more calls wait than the next transaction takes."""
        return self._lane.waiting > MOST_IN_BATCH

    async def answer(self, call: Call) -> PhoneResponse:
        """Return the call's answer once its transaction has been committed; 503 when too many wait already."""
        try:
            return await self._lane.answer(call)
        except LaneIsFullError:
            return refuse_busy("Too many phones report at once. Try again later.")

    async def flush(self) -> None:
        """Write the times of the last contact; those that could not be written are kept for the next time."""
        while self._seen and await self.write(self._write_seen):
            pass

    async def write_fetches(self) -> None:
        """Write what phones fetched, some at a time between two batches."""
        while not self._api.fetched.is_empty and await self.write(self._api.write_fetches):
            pass

    async def write(self, order: Callable[[], None]) -> bool:
        """Write something else between two batches; False, and a line in the log, when that failed."""
        try:
            await self._lane.do(order)
        except Exception:
            log.exception(
                "The phone plane could not write times of contact, or some of the provisioning log."
            )
            return False
        return True

    async def close(self) -> None:
        """Answer what waits, write what is left and end the thread."""
        await self._lane.finish()
        await self.flush()
        await self.write_fetches()
        self._lane.close()

    def _record(self, calls: Sequence[Call]) -> Sequence[PhoneResponse]:
        try:
            answers, seen = self._api.record(calls)
        except Exception:
            log.exception("A batch of %d calls failed as a whole.", len(calls))
            return [refuse_busy("The server could not write. Try again later.") for _ in calls]
        self._seen |= seen
        return answers

    def _write_seen(self) -> None:
        chunk = dict(islice(self._seen.items(), MOST_SEEN_AT_ONCE))
        self._api.write_seen(chunk)
        for mac in chunk:
            del self._seen[mac]
