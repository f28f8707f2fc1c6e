"""How often phones may ask: a token bucket for each phone at its address, and one for each address (decision 0078).

A bucket is kept as the moment at which it will be full again, one number. Memory is bounded: of more than it holds
those asked for longest ago start anew, so that a limit is forgotten before a well-behaved phone is refused.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from app.counters import counters
from app.phone_api.calls import Call
from app.phone_api.errors import SOON, refuse_silently
from app.phone_api.guesses import source_of
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.rules.network_lists import has_address
from config import Settings

MOST_BUCKETS = 20_000
"""Phones of which buckets are kept, twice: those that asked lately, and those that did before."""
MOST_TOLD = 20
TOO_OFTEN = "Too much was asked for at once. Try again later."
_MINUTE = 60.0
_WHY_PHONE = "The phone asks too often: {:,} requests a minute are answered."
_WHY_ADDRESS = "Too much is asked for from this address: {:,} requests a minute are answered."


class Rates(NamedTuple):
    """Requests a minute, each of which may also come at once; 0: no limit.

    Of a phone at its address, of an address, and of an address that very many phones share.
    """

    of_phone: int = 0
    of_address: int = 0
    of_shared_address: int = 0


class Buckets:
    """Buckets of one size by their keys, each holding a minute's worth. For several threads.

    What two threads take from one bucket at the same moment may count once.
    """

    def __init__(self, per_minute: int, *, most: int = MOST_BUCKETS) -> None:
        self.per_minute = per_minute
        self._step = _MINUTE / per_minute if per_minute else 0.0
        self._most = most
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}
        self._young_since = float("-inf")

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def take(self, key: str, now: float) -> bool:
        """Take one token, at this time in seconds; False, and nothing is taken, where there is none."""
        young = self._young
        full_at = young.get(key)
        if full_at is None:
            full_at = self._old.get(key, now)
            if len(young) >= self._most or now - self._young_since >= _MINUTE:
                # What was not asked for in a minute is full by now.
                self._old, self._young, self._young_since = young, {}, now
                young = self._young
        full_at = max(full_at, now)
        full_at += self._step
        if full_at > now + _MINUTE:
            return False
        young[key] = full_at
        return True


class RateLimits:
    """Refuses who asks too often, before anything is looked up for him; for several threads."""

    def __init__(
        self,
        rates: Rates,
        shared: Callable[[], Sequence[str]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._of_phone = Buckets(rates.of_phone)
        self._of_address = Buckets(rates.of_address)
        self._of_shared = Buckets(rates.of_shared_address)
        self._shared = shared
        self._clock = clock
        self._refused: Counter[str] = Counter()
        self._lock = Lock()

    def refusal(self, request: PhoneRequest, call: Call | None) -> PhoneResponse | None:
        """Return the refusal of a request that comes too often, None for any other; ``call`` is what it makes."""
        now, peer = self._clock(), request.peer
        if call is not None and call.endpoint.claims is not None and self._of_phone.per_minute:
            for mac in call.endpoint.claims(call.arguments).macs:
                if not self._of_phone.take(mac + peer, now):
                    return self._refuse("phone", peer, _WHY_PHONE.format(self._of_phone.per_minute))
        buckets = self._of_address
        if not buckets.per_minute:
            return None
        source = source_of(peer) if ":" in peer else peer
        # This machine itself is no caller: phones seem to come from it through a proxy that is not named as trusted.
        if not source or buckets.take(source, now) or source.startswith("127."):
            return None
        if _is_among(tuple(self._shared()), peer):
            buckets = self._of_shared
            if not buckets.per_minute or buckets.take(source, now):
                return None
        return self._refuse("address", peer, _WHY_ADDRESS.format(buckets.per_minute))

    def take_news(self) -> Sequence[tuple[str, int]]:
        """Return from which addresses requests were refused since this was asked last, and how many; most first."""
        with self._lock:
            news, self._refused = self._refused.most_common(), Counter()
        return news

    def _refuse(self, limit: str, peer: str, why: str) -> PhoneResponse:
        counters.refuse(limit)
        with self._lock:
            self._refused[peer if peer in self._refused or len(self._refused) < MOST_TOLD else "others"] += 1
        return refuse_silently(429, TOO_OFTEN, why, **{"Retry-After": str(secrets.choice(SOON))})


def unlimited() -> RateLimits:
    """Return limits that refuse nobody."""
    return RateLimits(Rates(), tuple)


def of_settings(settings: Settings, named: Callable[[], Collection[str]]) -> RateLimits:
    """Return the limits of this process; ``named`` tells which shared addresses are known beside theirs."""
    rates = Rates(
        settings.phone_requests_per_minute,
        settings.address_requests_per_minute,
        settings.shared_address_requests_per_minute,
    )
    own = tuple(str(network) for network in settings.shared_addresses)
    return RateLimits(rates, lambda: (*own, *named()))


@lru_cache(maxsize=1024)
def _is_among(networks: tuple[str, ...], address: str) -> bool:
    return has_address(networks, address)
