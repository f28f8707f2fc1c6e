"""Group commit: reports and alarms that come in while one transaction is under way share the next one."""

import logging
import time
from collections.abc import Callable, Sequence
from itertools import islice

from app.phone_api.answering import PhoneApi
from app.phone_api.calls import Call
from app.phone_api.errors import refuse_busy
from app.phone_api.lane import MOST_IN_BATCH, Lane, LaneIsFullError
from app.phone_api.messages import PhoneResponse
from app.phone_api.recording import Seen

MOST_SEEN_AT_ONCE = 500
"""The most times of a last contact that are written in one transaction, so that reports do not wait for them long."""
CARRIED_AFTER_SECONDS = 0.25
"""When all times of a last contact were written so long ago, the next transaction takes them along."""

log = logging.getLogger(__name__)


class Batcher:
    """Answers calls that write, one transaction at a time, each answer after the commit; writes with one thread."""

    def __init__(self, api: PhoneApi) -> None:
        self._api = api
        self._lane = Lane("batch", self._record)
        # The lane's thread alone changes them.
        self._seen: Seen = {}
        self._written_at = 0.0

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
        carried = self._due()
        try:
            answers, left = self._api.record(calls, carried)
        except Exception:
            log.exception("A batch of %d calls failed as a whole.", len(calls))
            return [refuse_busy("The server could not write. Try again later.") for _ in calls]
        self._forget(carried)
        self._seen |= left
        return answers

    def _due(self) -> Seen:
        """Return the times of the last contact that are to be taken along.

        While phones report without a pause, each transaction of its own waits for its turn among those of other
        processes: the times would come to the database seconds late.
        """
        is_due = time.monotonic() - self._written_at >= CARRIED_AFTER_SECONDS
        return self._next_seen() if is_due else {}

    def _write_seen(self) -> None:
        written = self._next_seen()
        self._api.write_seen(written)
        self._forget(written)

    def _next_seen(self) -> Seen:
        return dict(islice(self._seen.items(), MOST_SEEN_AT_ONCE))

    def _forget(self, written: Seen) -> None:
        for mac in written:
            del self._seen[mac]
        if not self._seen:
            self._written_at = time.monotonic()
