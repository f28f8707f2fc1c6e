"""The two doors of the phone API, driven inside the test's process, and a phone that stands before one of them."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from flask import Flask
from sqlalchemy.orm import Session

from app import open_phone_door
from app.database import Database
from app.models import DeviceStatus
from app.phone_api.plane import PhonePlane
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from config import Settings

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
ALERT = "/rest/v1/ipphoneMgrAlert/alert"
USER_AGENT = "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0"
GENERIC_USER_AGENT = "AUDC-IPPhone/2.2.8.61 (430HD; 00908F9A9623)"
ADDRESS = "10.1.2.3"
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def sentence(self) -> str:
        """Return the sentence of a refusal, and check that it is one."""
        assert list(self.json) == ["error"]
        sentence: str = self.json["error"]
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0] == '"'
        return sentence


@dataclass(frozen=True)
class Asked:
    """One request as it stands on the wire: the target still encoded."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ADDRESS


class Door(Protocol):
    """Takes requests."""

    def send(self, asked: Asked) -> Reply:
        """Send a request and return the answer."""


class FlaskDoor:
    """The blueprint on the web listener, without the screens beside it."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def send(self, asked: Asked) -> Reply:
        """Send a request as gunicorn hands it to WSGI."""
        path, _, query = asked.target.partition("?")
        answer = self.client.open(
            method=asked.method,
            headers={"user-agent": USER_AGENT, **asked.headers},
            data=asked.body,
            environ_overrides={
                "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
                "QUERY_STRING": query,
                "REMOTE_ADDR": asked.peer,
            },
            buffered=True,
        )
        return Reply(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)


class PlaneDoor:
    """The phone plane, started and stopped by the lifespan protocol, its event loop in a thread of its own."""

    def __init__(self, plane: PhonePlane, loop: asyncio.AbstractEventLoop) -> None:
        self.plane = plane
        self.loop = loop

    def send(self, asked: Asked) -> Reply:
        """Send a request as gunicorn hands it to ASGI."""
        return self.begin(asked).result(PATIENCE_SECONDS)

    def begin(self, asked: Asked) -> "Future[Reply]":
        """Send a request and do not wait for the answer."""
        return asyncio.run_coroutine_threadsafe(self._exchange(asked), self.loop)

    async def _exchange(self, asked: Asked) -> Reply:
        sent: list[dict[str, Any]] = []
        bodies = [asked.body]

        async def receive() -> dict[str, Any]:
            if not bodies:
                await asyncio.Event().wait()  # the phone stays until it has its answer
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        await self.plane(_http_scope(asked), receive, send)
        head, *parts = sent
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head["headers"]}
        return Reply(head["status"], headers, b"".join(part["body"] for part in parts))


def _http_scope(asked: Asked) -> dict[str, Any]:
    path, _, query = asked.target.partition("?")
    headers = {"user-agent": USER_AGENT, "host": "localhost", **asked.headers}
    if asked.body:
        headers.setdefault("content-length", str(len(asked.body)))
    return {
        "type": "http",
        "method": asked.method,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "query_string": query.encode("latin-1"),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ],
        "client": (asked.peer, 40000),
    }


@contextmanager
def flask_door(settings: Settings, database: Database) -> Iterator[FlaskDoor]:
    """Open the first door."""
    app = Flask("phones")
    app.extensions |= {"ringmaster_settings": settings, "ringmaster_database": database}
    open_phone_door(app, settings)
    yield FlaskDoor(app)


@contextmanager
def plane_door(settings: Settings, database: Database) -> Iterator[PlaneDoor]:
    """Open the second door, and close it as a server does that was asked to stop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="plane", daemon=True)
    thread.start()
    door = PlaneDoor(PhonePlane(settings), loop)
    stop = _start(door)
    try:
        yield door
    finally:
        stop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()


def _start(door: PlaneDoor) -> Any:
    """Start the plane and return what stops it."""
    said: list[str] = []
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    started = threading.Event()

    async def send(message: Any) -> None:
        said.append(message["type"])
        started.set()

    running = asyncio.run_coroutine_threadsafe(door.plane({"type": "lifespan"}, asked.get, send), door.loop)
    door.loop.call_soon_threadsafe(asked.put_nowait, {"type": "lifespan.startup"})
    assert started.wait(PATIENCE_SECONDS)
    assert said == ["lifespan.startup.complete"]

    def stop() -> None:
        door.loop.call_soon_threadsafe(asked.put_nowait, {"type": "lifespan.shutdown"})
        running.result(PATIENCE_SECONDS)
        assert said[-1] == "lifespan.shutdown.complete"

    return stop


DOORS = {"flask": flask_door, "plane": plane_door}


@dataclass(frozen=True)
class Phone:
    """A phone before one of the doors; it says what real phones say."""

    door: Door
    database: Database
    mac: str = "00908f9a9623"

    def reading(self) -> AbstractContextManager[Session]:
        """Open a session that reads what is committed."""
        return reading(self.database, ALL_TENANTS)

    def row(self) -> DeviceStatus | None:
        """Return what is stored of its last report."""
        with self.reading() as session:
            return session.get(DeviceStatus, self.mac)

    def ask(self, method: str, target: str, body: bytes = b"", peer: str = ADDRESS, **headers: str) -> Reply:
        """Send any request; header names are written with underscores."""
        named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        return self.door.send(Asked(method, target, named, body, peer))

    def get(self, target: str, **headers: str) -> Reply:
        """Read a file."""
        return self.ask("GET", target, **headers)

    def post(self, target: str, body: Any, peer: str = ADDRESS, **headers: str) -> Reply:
        """Post a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", target, content, peer=peer, **headers)

    def report(
        self, status: str = "started", *, peer: str = ADDRESS, at: str = KEEP_ALIVE, **members: Any
    ) -> Reply:
        """Send a keep-alive."""
        return self.post(at, self.report_of(status, **members), peer=peer)

    def report_of(self, status: str = "started", **members: Any) -> dict[str, Any]:
        """Return the body of a keep-alive; a member that is None is not in it."""
        usual = {
            "sessionId": "a033bb54",
            "emsUserName": "system",
            "emsUserPassword": "3f6d0199102b53ca0a37a527f0efc221",
            "mac": self.mac,
            "ip": ADDRESS,
            "subnet": "255.255.255.0",
            "model": "430HD",
            "fwVersion": "UC_2.0.13.121",
            "userAgent": USER_AGENT,
            "userName": "",
            "userId": "",
            "status": status,
            "phoneNumber": "",
            "location": "",
            "sipProxy": "",
        }
        return {name: value for name, value in {**usual, **members}.items() if value is not None}

    def sign_in(self, user: str = "Anna@acme.com", name: str = "Anna A", **members: Any) -> Reply:
        """Send the report of a phone that somebody signed in on."""
        who = {"userId": user, "userName": name, "phoneNumber": "+97239764713", "sipProxy": "acme.com"}
        return self.report("registered", **{**who, **members})

    def raise_alarm(self, *, peer: str = ADDRESS, **members: Any) -> Reply:
        """Send one alarm."""
        return self.post(ALERT, {"sessionId": "5f20db06", "alerts": [self.alarm_of(**members)]}, peer=peer)

    def alarm_of(self, **members: Any) -> dict[str, Any]:
        """Return one alarm."""
        usual = {
            "uniqueId": 2,
            "name": "IPPHONE REGISTRATION FAILURE",
            "description": "the proxy does not answer !#$/=?^`{}~;*+|",
            "date": "2017-07-217T12:24:18",
            "severity": "5",
            "source": f"IPPhone/{self.mac}",
            "type": 2,
            "probableCause": 5,
            "additionalInfo1": "",
            "additionalInfo2": "",
        }
        return {**usual, **members}


def wait_until(is_so: Callable[[], object]) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
