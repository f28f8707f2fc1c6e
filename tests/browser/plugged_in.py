"""Simulated phones on the desk of a test that has a browser: they live in a thread, since the browser has this one's
event loop."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from simulator.fleet import Fleet
from simulator.options import Options
from simulator.phone import Phone

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.2


class Desk:
    """A phone that is plugged in when the test says so. Use it within ``with``."""

    def __init__(self, options: Options) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._fleet = Fleet(options)

    def __enter__(self) -> "Desk":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.do(self._fleet.__aexit__(kind, error, trace))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def phone(self) -> Phone:
        """The phone."""
        return self._fleet.phones[0]

    def plug_in(self) -> None:
        """Let the phone boot, until it has done all it can."""
        self.do(self._fleet.boot())

    def report_until_asked_to_restart(self) -> None:
        """Let the phone report again and again: what it is asked waits for a report that comes after it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.phone.restarts:
            assert time.monotonic() < deadline, "nobody has asked the phone to restart"
            self.do(self.phone.report())
            time.sleep(PAUSE_SECONDS)

    def do(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Let the phone do something, and wait until it is done."""
        asyncio.run_coroutine_threadsafe(errand, self._loop).result(PATIENCE_SECONDS)
