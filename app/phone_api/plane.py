"""The phone plane: the phone API as an ASGI application, the second door."""

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.counters import counters
from app.database import Database, make_engine
from app.errors import InvalidInputError, RingmasterError
from app.license_watch import LicenseWatch
from app.log_watch import LogWatch
from app.phone_api import firmware_downloads, guesses, monitoring, rate_limits, request_log
from app.phone_api.access import certificate_in
from app.phone_api.answering import PhoneApi
from app.phone_api.asgi import Message, Receive, Send, headers_of, read_body, send_file, send_response
from app.phone_api.batcher import Batcher
from app.phone_api.calls import Call, prepare, refuse_too_long
from app.phone_api.errors import refuse, refuse_busy
from app.phone_api.guard import Guard
from app.phone_api.lane import Lane, LaneIsFullError
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.monitoring import PlaneMonitor
from app.readiness import KeptChecks
from app.rules.proxies import caller_address
from app.security.installation_keys import installation_keys
from app.security.issuer import trust_issuer
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import silence
from app.services.alarms import guessing, health
from app.transaction import writing
from config import Settings, load_settings

# The time of a last contact may lag by a second (docs/decisions/0001); half of it is for a batch under way.
_FLUSH_SECONDS = 0.5
_FLUSHES_BETWEEN_BEATS = 20

log = logging.getLogger(__name__)


class PhonePlane:
    """One process of the phone plane; the ASGI server starts and stops it by the lifespan protocol."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._api: PhoneApi
        self._finder: Lane[PhoneResponse | None]
        self._batcher: Batcher
        self._log_watch: LogWatch
        self._monitor: PlaneMonitor
        self._upkeep: asyncio.Task[None]
        self._refused = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection's request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            response = await self._respond(scope, receive)
            if response.file is None:
                await send_response(response, send, is_head=scope["method"] == "HEAD")
            else:
                await self._send_file(response, receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _send_file(self, response: PhoneResponse, receive: Receive, send: Send) -> None:
        with self._api.downloads.begun(response) as begun:
            if begun.file is None:
                await send_response(begun, send, is_head=False)
            else:
                await send_file(begun, begun.file, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._start()
        except (RingmasterError, SQLAlchemyError) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._upkeep.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._upkeep
        await self._batcher.close()
        await self._finder.finish()
        self._finder.close()
        self._api.database.reader.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    def _start(self) -> None:
        engine = make_engine(self._settings.database_url, asks_first=False)
        schema.check_fits(engine)
        open_vault(*installation_keys(self._settings))
        trust_issuer(self._settings.license_public_key)
        database = Database(engine)
        downloads = firmware_downloads.of_plane(self._settings, lambda: self._batcher.is_under_pressure)
        folder = self._settings.firmware_folder
        guard = Guard(guesses.of_settings(self._settings))
        self._api = PhoneApi(
            database,
            folder,
            downloads,
            license=LicenseWatch(database),
            guard=guard,
            rates=rate_limits.of_settings(self._settings, lambda: guard.shared_addresses),
        )
        self._beat()  # before the first phone is heard: silence counts from here after a gap
        self._monitor = PlaneMonitor(self._settings, KeptChecks(database, self._settings))
        self._finder = Lane("find", self._api.find)
        self._batcher = Batcher(self._api)
        self._log_watch = LogWatch(database)
        self._upkeep = asyncio.create_task(self._keep_up())
        # What is loaded stays: to look through all of it for garbage would stop the plane for a tenth of a second.
        gc.collect()
        gc.freeze()

    async def _keep_up(self) -> None:
        """Write the times of the last contact, and now and then that the plane runs, for as long as it does."""
        while True:
            await self._batcher.write(self._log_watch.look)
            for _ in range(_FLUSHES_BETWEEN_BEATS):
                await asyncio.sleep(_FLUSH_SECONDS)
                counters.note_waiting("find", self._finder.waiting)
                counters.note_waiting("batch", self._batcher.waiting)
                await self._batcher.flush()
                await self._batcher.write_fetches()
            _tell_limited(self._api.rates.take_news())
            refused, self._refused = self._refused, 0
            if not await self._batcher.write(partial(self._beat, refused)):
                self._refused += refused

    def _beat(self, refused: int = 0) -> None:
        """Note that the plane runs, and what it noticed: how many requests it refused since it did so last.

        One that refuses all reports, because the licence has expired, does not run: phones would be taken for silent.
        """
        now = datetime.now(UTC)
        listens = not self._api.expired
        with writing(self._api.database, ALL_TENANTS) as session:
            if listens:
                silence.beat(session, now=now)
                health.note_refusals(session, refused, now=now)
                guessing.note(session, self._api.guard.guesses.take_news(), now=now)
            health.watch_scheduler(session, now=now)

    async def _respond(self, scope: Message, receive: Receive) -> PhoneResponse:
        headers = headers_of(scope)
        try:
            body = await read_body(receive, headers)
        except InvalidInputError as error:
            return refuse(400, str(error), Connection="close")
        if body is None:
            return refuse_too_long()
        connection = scope["client"][0] if scope.get("client") else ""
        peer = caller_address(connection, headers.get("x-forwarded-for", ""), self._settings.trusted_proxies)
        certificate = certificate_in(headers, connection, self._settings.trusted_proxies)
        asked = PhoneRequest(scope["method"], scope["path"], headers, body, peer, connection, certificate)
        if asked.path in monitoring.PATHS:
            return await self._monitor.answer(asked)
        began_at = time.perf_counter()
        call = prepare(asked)
        response = await self._answer(asked, call)
        kind = "refused" if isinstance(call, PhoneResponse) else call.endpoint.kind
        counters.count("plane", kind, response.status, time.perf_counter() - began_at)
        request_log.note(asked, response)
        return response

    async def _answer(self, asked: PhoneRequest, call: Call | PhoneResponse) -> PhoneResponse:
        if isinstance(call, PhoneResponse):
            return self._api.rates.refusal(asked, None) or call
        refusal = self._api.rates.refusal(asked, call)
        if refusal is not None:
            self._api.note_fetch(call, refusal)
            return refusal
        found = await self._find(call) if call.endpoint.find else None
        response = found or await self._batcher.answer(call)
        self._api.note_fetch(call, response)
        # Firmware, of which nothing is recorded, is given to some phones at a time by design (docs/decisions/0013).
        if response.status == HTTPStatus.SERVICE_UNAVAILABLE and call.endpoint.record is not None:
            self._refused += 1
        return response

    async def _find(self, call: Call) -> PhoneResponse | None:
        try:
            return await self._finder.answer(call)
        except LaneIsFullError:
            return refuse_busy("Too many phones ask for files at once. Try again later.")


def _tell_limited(news: Sequence[tuple[str, int]]) -> None:
    if news:
        sources = ", ".join(f"{address} ({number:,})" for address, number in news)
        log.warning("Requests of phones were refused because they came too often, from %s.", sources)


application = PhonePlane(load_settings())
