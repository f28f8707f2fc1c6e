"""HTTP as phones speak it: a line for each errand, tried again, patient with a server that is busy."""

import asyncio
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType

import aiohttp

from simulator.ledger import Kind, Ledger
from simulator.options import Connections, Options
from simulator.patience import wished_wait

TRIES = 3
MOST_POSTPONEMENTS = 20
HEAD_BYTES = 4096
LARGEST_BODY_BYTES = 1024 * 1024
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
    headers: Mapping[str, str] | None = None
    error: str = ""

    @property
    def reason(self) -> str:
        """Why this is not what a phone wanted, for a list of failures."""
        if self.error:
            return self.error
        return f"answered {self.status}" if self.body else f"answered {self.status} with nothing in it"

    def header(self, name: str) -> str:
        """The value of one header, empty when it was not sent."""
        return (self.headers or {}).get(name, "")


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
        self._tls = _tls(options)
        self._shared: aiohttp.ClientSession | None = None

    def line(self, headers: Mapping[str, str], ip: str, rng: random.Random) -> "Line":
        """A line for one errand of the phone with this address; it connects when it is first used."""
        return Line(self, headers, ip, rng)

    def session(self, ip: str) -> aiohttp.ClientSession:
        """What a line sends with: its own connection, or the pool of all phones."""
        if self.options.connections is not Connections.SHARED:
            return self._new_session(1, ip if self.options.own_addresses else "")
        if self._shared is None:
            self._shared = self._new_session(self.options.concurrency, "")
        return self._shared

    async def give_back(self, session: aiohttp.ClientSession) -> None:
        """Close what ``session`` gave, unless others use it too."""
        if session is not self._shared:
            await session.close()

    async def close(self) -> None:
        """Close the pool, if there is one."""
        if self._shared is not None:
            await self._shared.close()
            self._shared = None

    def _new_session(self, limit: int, ip: str) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=limit,
            ssl=self._tls,
            force_close=self.options.connections is Connections.REQUEST,
            local_addr=(ip, 0) if ip else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding",),
        )


class Line:
    """One errand's conversation; holds one of the fleet's slots while it is connected."""

    def __init__(self, transport: Transport, headers: Mapping[str, str], ip: str, rng: random.Random) -> None:
        self.headers = dict(headers)
        self._transport = transport
        self._ip = ip
        self._rng = rng
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()

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
        await self._hang_up()
        await asyncio.sleep(seconds)

    async def _patiently(self, request: Request) -> Answer:
        """Send, and come back as late as a busy server wishes, spread out so that not all come at once."""
        answer = Answer(0)
        for _ in range(MOST_POSTPONEMENTS):
            session = await self._picked_up()
            started = time.perf_counter()
            answer = await self._send(session, request)
            seconds = time.perf_counter() - started
            wait = wished_wait(answer.status, answer.header("Retry-After"), datetime.now(UTC))
            if wait is None:
                is_error = bool(answer.error) or not request.accepts(answer)
                self._transport.ledger.count(request.kind, seconds, is_error=is_error)
                return answer
            self._transport.ledger.postpone(request.kind, seconds)
            await self.rest(wait * self._rng.uniform(1.0, 1.5))
        return answer

    async def _send(self, session: aiohttp.ClientSession, request: Request) -> Answer:
        if not request.url.lower().startswith(("http://", "https://")):
            return Answer(0, error="the address is none of http")
        headers = {**self.headers, "Accept": "*/*"}
        if request.body is not None:
            headers["Content-Type"] = FORM
        if request.reading is Reading.HEAD:
            headers["Range"] = f"bytes=0-{HEAD_BYTES - 1}"
        try:
            async with session.request(
                "GET" if request.body is None else "POST",
                request.url,
                data=request.body,
                headers=headers,
                allow_redirects=request.body is None,
                timeout=self._timeout(request.reading),
            ) as response:
                return await _received(response, request.reading)
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
            # UnicodeError: a file named a host that the name service cannot even be asked for.
            return Answer(0, error=f"no answer ({type(error).__name__})")

    def _timeout(self, reading: Reading) -> aiohttp.ClientTimeout:
        """A whole firmware may take as long as it moves; anything else has one limit for all of it."""
        seconds = self._transport.options.timeout.total_seconds()
        total = None if reading is Reading.NOTHING else seconds
        return aiohttp.ClientTimeout(total=total, sock_connect=seconds, sock_read=seconds)

    async def _picked_up(self) -> aiohttp.ClientSession:
        if self._session is None:
            await self._transport.slots.acquire()
            self._session = self._transport.session(self._ip)
        return self._session

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._transport.slots.release()
            await self._transport.give_back(session)


def _is_final(request: Request, answer: Answer) -> bool:
    """A report is sent again whatever came back; elsewhere a refusal is the same at the second try."""
    is_refused = 400 <= answer.status < 500 and request.kind is not Kind.REPORT
    return is_refused or (not answer.error and request.accepts(answer))


async def _received(response: aiohttp.ClientResponse, reading: Reading) -> Answer:
    limit = {Reading.WHOLE: LARGEST_BODY_BYTES + 1, Reading.HEAD: HEAD_BYTES, Reading.NOTHING: 0}[reading]
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk[: limit - len(body)]
        if len(body) >= limit and reading is not Reading.NOTHING:
            break
    error = f"more than {LARGEST_BODY_BYTES} bytes" if len(body) > LARGEST_BODY_BYTES else ""
    return Answer(response.status, bytes(body), response.headers, error)


def _tls(options: Options) -> bool | ssl.SSLContext:
    """One context for all connections: making one reads the whole list of authorities."""
    if options.ca_file is not None:
        return ssl.create_default_context(cafile=str(options.ca_file))
    return options.verifies_certificates
