"""What concerns security, as lines of their own: who was refused what, and what happens to accounts (decision 0085).

Address and account are those of the request. Nobody fills the log by being refused: of one address, and of all, so
many lines are written in a minute by a process, and what is more is counted. Where the file of the day is full, these
lines still have room (app/logs/day_files.py).
"""

import logging
import threading
import time
from collections.abc import Callable

from app.logs import context
from app.logs.throttle import Throttle

NAME = __name__
MOST_OF_ONE_PER_MINUTE = 10
MOST_PER_MINUTE = 60
_LONGEST = 200

log = logging.getLogger(NAME)


class Refusals:
    """Writes down what was refused; for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._of_one = Throttle(MOST_OF_ONE_PER_MINUTE, clock)
        self._of_all = Throttle(MOST_PER_MINUTE, clock)
        self._lock = threading.Lock()

    def note(self, kind: str, what: str, why: str) -> None:
        """Note that something was refused: ``a page``, ``POST /tenants/add``, and a sentence without secrets."""
        with self._lock:
            left_out = self._of_one.take_left_out() + self._of_all.take_left_out()
            is_admitted = self._of_one.admit(context.current().address) and self._of_all.admit("all")
        if left_out:
            log.warning("%d more refusals were left out: too many in a minute.", left_out)
        if is_admitted:
            log.warning("Refused %s, %s (%s)", kind, what[:_LONGEST], why[:_LONGEST])


_refusals = Refusals()


def note_refusal(kind: str, what: str, why: str) -> None:
    """Note that this request was refused something; see Refusals."""
    _refusals.note(kind, what, why)


def note_of_account(text: str) -> None:
    """Write what the journal says of an account, so that it leaves this machine with the log."""
    log.info("%s", text)
