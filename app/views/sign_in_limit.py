"""How often a wrong password may be given: guessing gets slow, and colleagues at other addresses are not locked out.

Each web process counts for itself, in memory: with several of them so many more tries are taken, still few.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

WRONG_FOR_ACCOUNT, WRONG_FROM_ADDRESS = 10, 50
"""Wrong passwords that one address may give within WINDOW_SECONDS: for one account, and for all together."""
WINDOW_SECONDS = 15 * 60
_EXTENSION = "ringmaster_sign_in_limit"
_MOST_KEPT = 10_000
_LONGEST_NAME = 64

_Key = tuple[str, str]


class SignInLimit:
    """Remembers wrong passwords by address and account; for several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: OrderedDict[_Key, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._wrong)

    def seconds_to_wait(self, address: str, name: str) -> int:
        """Return in how many seconds this address may try again for this account; 0 for at once."""
        with self._lock:
            waits = [self._wait(key, most) for key, most in _counted(address, name)]
        return max(waits)

    def note_wrong(self, address: str, name: str) -> None:
        """Count a wrong password, or a name that nobody has."""
        with self._lock:
            for key, most in _counted(address, name):
                times = self._wrong.pop(key, None) or deque(maxlen=most)
                times.append(self._clock())
                self._wrong[key] = times
            while len(self._wrong) > _MOST_KEPT:
                self._wrong.popitem(last=False)

    def forget(self, address: str, name: str) -> None:
        """Forget what was wrong for an account whose right password was given."""
        with self._lock:
            self._wrong.pop((address, _folded(name)), None)

    def _wait(self, key: _Key, most: int) -> int:
        times = self._wrong.get(key)
        if times is None or len(times) < most:
            return 0
        return max(0, round(times[0] + WINDOW_SECONDS - self._clock()))


def install(app: Flask) -> None:
    """Give the application its limit."""
    app.extensions[_EXTENSION] = SignInLimit()


def limit() -> SignInLimit:
    """Return the limit of the application that serves this request."""
    found: SignInLimit = current_app.extensions[_EXTENSION]
    return found


def check(name: str) -> None:
    """Raise TooManyRequests (429), with when to try again, where this caller has given too many wrong passwords."""
    seconds = limit().seconds_to_wait(request.remote_addr or "", name)
    if seconds:
        raise TooManyRequests(
            "Too many wrong passwords were given from your address, so none is taken for a while.",
            retry_after=seconds,
        )


def _counted(address: str, name: str) -> tuple[tuple[_Key, int], ...]:
    return ((address, _folded(name)), WRONG_FOR_ACCOUNT), ((address, ""), WRONG_FROM_ADDRESS)


def _folded(name: str) -> str:
    return f"of {name.strip().casefold()[:_LONGEST_NAME]}"
