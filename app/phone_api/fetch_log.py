"""What phones fetched lately, in memory until it is written: a storm is a few transactions (decision 0055)."""

import time
from datetime import UTC, datetime
from itertools import islice
from threading import Lock
from typing import NamedTuple

import msgspec

from app.models.phone_history import MAX_VALUE
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.rules.fetched_files import mac_in
from app.services.fetches.recording import MAX_REASON, Fetch

MOST_WAITING = 20_000
"""Different fetches that wait to be written; what else comes meanwhile is counted and left out."""
MOST_OF_A_PHONE = 20
"""Different fetches of one phone in a minute; one that asks for made-up things fills no log."""
MOST_AT_ONCE = 500
"""The most that are written in one transaction, so that reports do not wait for them long."""
_WRITTEN_EVERY_SECONDS = 1.0
_MINUTE_SECONDS = 60.0


class _Alike(NamedTuple):
    """What makes fetches one."""

    path: str
    address: str
    user_agent: str
    status: int
    refusal: bytes
    reason: str


class _Times(msgspec.Struct):
    count: int
    first_at: datetime
    last_at: datetime
    size: int


class FetchLog:
    """Notes fetches until they are taken to be written; for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[_Alike, _Times] = {}
        self._left_out = 0
        self._taken_at = float("-inf")
        self._lately: dict[str, set[int]] = {}
        self._lately_since = time.monotonic()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    @property
    def is_due(self) -> bool:
        """Whether something waits, and nothing was taken for a second."""
        return bool(self._waiting) and time.monotonic() - self._taken_at >= _WRITTEN_EVERY_SECONDS

    def note(self, request: PhoneRequest, response: PhoneResponse) -> None:
        """Note how a request for a file was answered."""
        refusal = response.body if response.status >= 400 else b""
        user_agent = request.headers.get("user-agent", "")[:MAX_VALUE]
        alike = _Alike(
            request.path[:MAX_VALUE], request.peer, user_agent, response.status, refusal, response.reason
        )
        now = datetime.now(UTC)
        with self._lock:
            times = self._waiting.get(alike)
            if times is not None:
                times.count += 1
                times.last_at, times.size = now, response.length
            elif len(self._waiting) < MOST_WAITING:
                self._waiting[alike] = _Times(1, now, now, response.length)
            else:
                self._left_out += 1

    def take(self) -> tuple[list[Fetch], int]:
        """Return fetches to be written together, and how many were left out since the last time.

        They are handed out once: what cannot be written then is lost.
        """
        with self._lock:
            chunk = {alike: self._waiting.pop(alike) for alike in list(islice(self._waiting, MOST_AT_ONCE))}
            left_out, self._left_out = self._left_out, 0
            self._taken_at = time.monotonic()
            if self._taken_at - self._lately_since > _MINUTE_SECONDS or len(self._lately) > MOST_WAITING:
                self._lately, self._lately_since = {}, self._taken_at
            kept = {alike: times for alike, times in chunk.items() if self._is_kept(alike)}
        left_out += sum(times.count for alike, times in chunk.items() if alike not in kept)
        return [_fetch(alike, times) for alike, times in kept.items()], left_out

    def _is_kept(self, alike: _Alike) -> bool:
        """Whether its phone did not ask for too many different things within a minute."""
        told = mac_in(alike.path, alike.user_agent)
        if told is None:
            return True
        lately = self._lately.setdefault(told[0], set())
        if len(lately) < MOST_OF_A_PHONE:
            lately.add(hash(alike))
        return hash(alike) in lately


def _fetch(alike: _Alike, times: _Times) -> Fetch:
    return Fetch(
        path=_storable(alike.path),
        address=alike.address,
        user_agent=_storable(alike.user_agent),
        status=alike.status,
        reason=alike.reason[:MAX_REASON] or _reason(alike.refusal),
        size=times.size,
        count=times.count,
        first_at=times.first_at,
        last_at=times.last_at,
    )


def _reason(refusal: bytes) -> str:
    """Return the sentence of a refusal (app/phone_api/errors.py), empty where it gives none."""
    if not refusal:
        return ""
    said: dict[str, str] = msgspec.json.decode(refusal)
    return _storable(said.get("error", ""))[:MAX_REASON]


def _storable(text: str) -> str:
    """Return the text as it can be stored: what is no character, or a NUL, is a question mark."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
