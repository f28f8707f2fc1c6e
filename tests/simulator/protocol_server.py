"""A small manager that answers as the protocol says; it knows nothing of the product."""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLContext
from urllib.parse import unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
ALERT = "/rest/v1/ipphoneMgrAlert/alert"
GLOBAL_FILE = "Audiocodes_global.cfg"


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: tuple[str, int]

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Fault:
    """An answer in place of the right one; without a status the connection is cut."""

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Manager:
    """What it heard, what it was told to answer, and the files it hands out."""

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self.reports: list[dict[str, str]] = []
        self.alarms: list[dict[str, object]] = []
        self.approved: dict[str, Sequence[str]] = {}
        self.waiting: dict[str, list[str]] = defaultdict(list)
        self.images: dict[str, bytes] = {}
        self.extra_lines: list[str] = []
        self.keep_alive_minutes = 60
        self.method = "STATIC"
        self.rest_base = "/"
        self.places: dict[str, str] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._tls = tls
        self._arrival = asyncio.Condition()
        self._server: TestServer | None = None

    async def __aenter__(self) -> "Manager":
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server(ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self._server.close()

    @property
    def origin(self) -> str:
        assert self._server is not None
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.port}"

    @property
    def lines(self) -> list[str]:
        return [heard.line for heard in self.heard]

    @property
    def statuses(self) -> list[str]:
        return [report["status"] for report in self.reports]

    def fail_next(self, part: str, fault: Fault, times: int = 1) -> None:
        """Answer the next requests whose path holds ``part`` with the fault."""
        self._faults[part].extend([fault] * times)

    def approve(self, mac: str, *lines: str) -> None:
        """Give the phone a file of its own, with these lines in it."""
        self.approved[mac] = lines

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, request by request, until it holds."""
        async with self._arrival:
            await self._arrival.wait_for(holds)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        answer = await self._right_answer(request)
        async with self._arrival:
            self._arrival.notify_all()
        return answer

    async def _right_answer(self, request: web.Request) -> web.StreamResponse:
        peer = request.transport.get_extra_info("peername") if request.transport else ("", 0)
        heard = Heard(request.method, request.path, request.headers.copy(), await request.read(), peer[:2])
        self.heard.append(heard)
        for part, faults in self._faults.items():
            if part in heard.path and faults:
                return _misbehave(request, faults.popleft())
        if heard.path.endswith(KEEP_ALIVE):
            return self._take_report(heard)
        if heard.path.endswith(ALERT):
            return self._take_alarm(heard)
        return self._file(heard)

    def _take_report(self, heard: Heard) -> web.Response:
        report = tolerant_json(heard.body)
        if not isinstance(report, dict) or not report.get("mac"):
            return web.Response(status=400, text="This is not JSON.")
        self.reports.append(report)
        mac = report["mac"].lower()
        if report["status"] == "registered" and report.get("userId") and mac in self.places:
            self.approved.setdefault(mac, ())
        return web.json_response({"requests": [self.waiting[mac].pop(0)] if self.waiting[mac] else []})

    def _take_alarm(self, heard: Heard) -> web.Response:
        body = tolerant_json(heard.body)
        if not isinstance(body, dict):
            return web.Response(status=400, text="This is not JSON.")
        self.alarms.extend(body["alerts"])
        return web.json_response({})

    def _file(self, heard: Heard) -> web.Response:
        folder, _, name = heard.path.lower().rpartition("/")
        mac = name.removesuffix(".cfg")
        if heard.path == "/ipp/dhcpoption160.cfg":
            return _text(self._option_lines())
        if folder in {"/ipp/tenant/acme", "/ipp/region/acme"}:
            self.places[mac] = "Acme"
            lines = [f"include {GLOBAL_FILE}", *self._option_lines(), *self.extra_lines]
            return _text(lines, {"X-Template-Name": "Audiocodes_430HD_LYNC"})
        if heard.path == f"/configfiles/{GLOBAL_FILE}":
            return _text(["voip/audio/gain = 1"])
        if folder == "/configfiles" and mac in self.approved:
            return _text([f"include {GLOBAL_FILE}", *self._option_lines(), *self.approved[mac]])
        if folder == "/firmwarefiles" and unquote(heard.path.rpartition("/")[2]) in self.images:
            return self._image(heard)
        return web.Response(status=404, text="There is no such file.")

    def _image(self, heard: Heard) -> web.Response:
        image = self.images[unquote(heard.path.rpartition("/")[2])]
        if "Range" in heard.headers:
            return web.Response(status=206, body=image[:4096])
        return web.Response(body=image)

    def _option_lines(self) -> list[str]:
        return [
            f"ems_server/keep_alive_period={self.keep_alive_minutes}",
            f"ems_server/provisioning/url={self.origin}{self.rest_base}",
            f"provisioning/method={self.method}",
            f"provisioning/configuration/url={self.origin}/configfiles/",
            f"provisioning/firmware/url={self.origin}/firmwarefiles/",
            "ems_server/user_name=system",
            "ems_server/user_password=system",
        ]


def tolerant_json(body: bytes) -> object:
    """Read JSON with the two faults of senders in the field (protocol 2.2); None when nothing helps."""
    text = body.decode()
    text = re.sub(r'"\n"', '",\n"', text)
    text = re.sub(r",\s*}", "}", text)
    try:
        return json.loads(text)
    except ValueError:
        return None


def _text(lines: Sequence[str], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text="\n".join(lines) + "\n", headers=headers)


def _misbehave(request: web.Request, fault: Fault) -> web.Response:
    if fault.status is None:
        assert request.transport is not None
        request.transport.abort()
        raise asyncio.CancelledError
    return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
