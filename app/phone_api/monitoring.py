"""What programs ask that watch over the phone plane: whether it lives, whether it can serve, and its figures."""

import asyncio
import logging
from collections.abc import Mapping

import msgspec

from app.counters import counters
from app.phone_api.errors import refuse
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.readiness import KeptChecks, told
from app.rendering.exposition import CONTENT_TYPE, exposition
from app.rules.monitors import may_read
from app.rules.proxies import is_proxy
from app.services.monitoring import figures
from config import Settings

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
PATHS = frozenset({LIVE, READY, METRICS})

log = logging.getLogger(__name__)


class PlaneMonitor:
    """Answers them beside the phones; only what concerns the database leaves the event loop."""

    def __init__(self, settings: Settings, checks: KeptChecks) -> None:
        self._settings = settings
        self._checks = checks

    async def answer(self, request: PhoneRequest) -> PhoneResponse:
        """Answer one of ``PATHS``."""
        if request.method not in {"GET", "HEAD"}:
            return refuse(405, "Use GET here.", Allow="GET, HEAD")
        if request.path == LIVE:
            return _json(200, {"status": "live"})
        if request.path == READY:
            return await self._ready()
        if not self._may_read(request):
            return refuse(403, "The figures are read with the token, or from a permitted network.")
        text = exposition(figures.of_requests(counters, "plane"))
        return PhoneResponse(200, text.encode(), {"Content-Type": CONTENT_TYPE})

    async def _ready(self) -> PhoneResponse:
        checks = await asyncio.get_running_loop().run_in_executor(None, self._checks.get)
        for check in checks:
            if not check.is_well:
                log.warning("This process cannot serve: %s", check.text)
        return _json(200 if all(check.is_well for check in checks) else 503, told(checks))

    def _may_read(self, request: PhoneRequest) -> bool:
        is_trusted = is_proxy(request.connection, self._settings.trusted_proxies)
        return may_read(
            authorization=request.headers.get("authorization", ""),
            peer=request.peer,
            is_forwarded="x-forwarded-for" in request.headers and not is_trusted,
            token=self._settings.metrics_token,
            networks=self._settings.metrics_networks,
        )


def _json(status: int, content: Mapping[str, object]) -> PhoneResponse:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return PhoneResponse(status, msgspec.json.encode(content) + b"\n", headers)
