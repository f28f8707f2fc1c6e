"""HTTP as phones speak it: a line for each errand, tried again, patient with a server that is busy."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from urllib.parse import urljoin

from simulator.http_client import HungUpError, Origin, Received, exchange, read_url, request_text
from simulator.ledger import Kind, Ledger
from simulator.options import Connections, Options
from simulator.patience import wished_wait
from simulator.switchboard import Switchboard, Trust
from simulator.wire import Wire

TRIES = 3
MOST_POSTPONEMENTS = 20
HEAD_BYTES = 4096
LARGEST_BODY_BYTES = 1024 * 1024
MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FORM = "application/x-www-form-urlencoded"


class Reading(StrEnum):
    """How much of an answer's body is wanted: all of it, its first 4 KiB, or none though all is received."""

    WHOLE = "whole"
    HEAD = "head"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when nobody answered, and then ``error`` names what stood in the way."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] | None = None  # their names are in lower case
    error: str = ""

    @property
    def reason(self) -> str:
        """Why this is not what a phone wanted, for a list of failures."""
        if self.error:
            return self.error
        return f"answered {self.status}" if self.body else f"answered {self.status} with nothing in it"

    def header(self, name: str) -> str:
        """The value of one header, empty when it was not sent."""
        return (self.headers or {}).get(name.lower(), "")


Accepts = Callable[[Answer], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a phone asks: a POST if it has a body, else a GET. ``accepts`` says which answers will do."""

    kind: Kind
    url: str
    accepts: Accepts
    body: bytes | None = None
    reading: Reading = Reading.WHOLE


class Transport:
    """The way of a whole fleet to its servers: how many lines may be open at once, and of which sort."""

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self.options = options
        self.ledger = ledger
        self.slots = asyncio.Semaphore(options.concurrency)
        self._trust = Trust(options.ca_file, verifies=options.verifies_certificates)
        self._shared = Switchboard(self._trust, keeps=True)

    def line(self, headers: Mapping[str, str], ip: str, rng: random.Random) -> "Line":
        """A line for one errand of the phone with this address; it connects when it is first used."""
        return Line(self, headers, ip, rng)

    def switchboard(self, ip: str) -> Switchboard:
        """What connects a line: one of its own, or that of all phones."""
        connections = self.options.connections
        if connections is Connections.SHARED:
            return self._shared
        from_ip = ip if self.options.own_addresses else ""
        return Switchboard(self._trust, from_ip, keeps=connections is not Connections.REQUEST)

    def give_back(self, switchboard: Switchboard) -> None:
        """Close what ``switchboard`` gave, unless others use it too."""
        if switchboard is not self._shared:
            switchboard.close()

    def close(self) -> None:
        """Close the connections that all phones share."""
        self._shared.close()


class Line:
    """One errand's conversation; holds one of the fleet's slots while it is connected."""

    def __init__(self, transport: Transport, headers: Mapping[str, str], ip: str, rng: random.Random) -> None:
        self.headers = dict(headers)
        self._transport = transport
        self._ip = ip
        self._rng = rng
        self._switchboard: Switchboard | None = None

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    async def ask(self, request: Request) -> Answer:
        """Send until the answer will do, three times in all (protocol 2.3); the last answer is returned."""
        pause = self._transport.options.retry_pause.total_seconds()
        answer = await self._patiently(request)
        for _ in range(TRIES - 1):
            if _is_final(request, answer):
                break
            await self.rest(pause * self._rng.uniform(0.5, 1.5))
            answer = await self._patiently(request)
        return answer

    async def rest(self, seconds: float) -> None:
        """Hang up and wait; the slot is free for other phones meanwhile."""
        self._hang_up()
        await asyncio.sleep(seconds)

    async def _patiently(self, request: Request) -> Answer:
        """Send, and come back as late as a busy server wishes, spread out so that not all come at once."""
        answer = Answer(0)
        for _ in range(MOST_POSTPONEMENTS):
            switchboard = await self._picked_up()
            started = time.perf_counter()
            answer = await self._send(switchboard, request)
            seconds = time.perf_counter() - started
            wait = wished_wait(answer.status, answer.header("Retry-After"), datetime.now(UTC))
            if wait is None:
                error = answer.reason if answer.error or not request.accepts(answer) else ""
                self._transport.ledger.count(request.kind, seconds, error)
                return answer
            self._transport.ledger.postpone(request.kind, seconds)
            await self.rest(wait * self._rng.uniform(1.0, 1.5))
        return answer

    async def _send(self, switchboard: Switchboard, request: Request) -> Answer:
        """Send once; a whole firmware may take as long as it moves, anything else has one limit for all of it."""
        seconds = self._transport.options.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds) as limit:
                return await self._follow(switchboard, request, limit)
        except (OSError, ValueError) as error:
            # ValueError: a file named a host that the name service cannot even be asked for, or the answer is no HTTP.
            return Answer(0, error=f"no answer ({type(error).__name__})")

    async def _follow(self, switchboard: Switchboard, request: Request, limit: asyncio.Timeout) -> Answer:
        """Ask, and ask elsewhere when a file lies elsewhere."""
        url = request.url
        for _ in range(MOST_REDIRECTS):
            answer = await self._ask_once(switchboard, url, request, limit)
            place = answer.header("Location")
            if answer.status not in REDIRECTS or not place or request.body is not None:
                return answer
            url = urljoin(url, place)
        return Answer(0, error="sent from place to place")

    async def _ask_once(
        self, switchboard: Switchboard, url: str, request: Request, limit: asyncio.Timeout
    ) -> Answer:
        place = read_url(url)
        method = "GET" if request.body is None else "POST"
        text = request_text(method, place, self._headers(request), request.body)
        kept = switchboard.kept(place.origin)
        if kept is not None:
            try:
                return await self._exchange(switchboard, place.origin, kept, text, request.reading, limit)
            except HungUpError:
                if request.body is not None:  # it may have been heard
                    raise
        wire = await switchboard.dial(place.origin)
        return await self._exchange(switchboard, place.origin, wire, text, request.reading, limit)

    async def _exchange(
        self,
        switchboard: Switchboard,
        origin: Origin,
        wire: Wire,
        text: bytes,
        reading: Reading,
        limit: asyncio.Timeout,
    ) -> Answer:
        clock = asyncio.get_running_loop().time
        seconds = self._transport.options.timeout.total_seconds()

        def is_moving() -> None:
            if reading is Reading.NOTHING:
                limit.reschedule(clock() + seconds)

        is_usable = False
        try:
            received = await exchange(wire, text, _MOST_BYTES[reading], is_moving)
            is_usable = received.is_over and received.head.keeps_connection
            return _answer(received)
        finally:
            switchboard.give_back(origin, wire, is_usable=is_usable)

    def _headers(self, request: Request) -> Mapping[str, str]:
        headers = {**self.headers, "Accept": "*/*"}
        if request.body is not None:
            headers["Content-Type"] = FORM
        if request.reading is Reading.HEAD:
            headers["Range"] = f"bytes=0-{HEAD_BYTES - 1}"
        if self._transport.options.connections is Connections.REQUEST:
            headers["Connection"] = "close"
        return headers

    async def _picked_up(self) -> Switchboard:
        if self._switchboard is None:
            await self._transport.slots.acquire()
            self._switchboard = self._transport.switchboard(self._ip)
        return self._switchboard

    def _hang_up(self) -> None:
        switchboard, self._switchboard = self._switchboard, None
        if switchboard is not None:
            self._transport.slots.release()
            self._transport.give_back(switchboard)


def _is_final(request: Request, answer: Answer) -> bool:
    """A report is sent again whatever came back; elsewhere a refusal is the same at the second try."""
    is_refused = 400 <= answer.status < 500 and request.kind is not Kind.REPORT
    return is_refused or (not answer.error and request.accepts(answer))


_MOST_BYTES = {Reading.WHOLE: LARGEST_BODY_BYTES + 1, Reading.HEAD: HEAD_BYTES, Reading.NOTHING: None}


def _answer(received: Received) -> Answer:
    is_too_long = len(received.body) > LARGEST_BODY_BYTES
    error = f"more than {LARGEST_BODY_BYTES} bytes" if is_too_long else ""
    return Answer(received.head.status, bytes(received.body), received.head.headers, error)
