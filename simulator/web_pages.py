"""The web pages of phones (protocol 5): one listener for a fleet, each phone at its own address."""

import asyncio
import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qs

from simulator.listener import Listener

LONGEST_HEAD_BYTES = 16 * 1024
LONGEST_BODY_BYTES = 16 * 1024
_IDLE_SECONDS = 60
_SESSIONS = 8


class Manner(StrEnum):
    """How a phone's pages behave: as they should, late, not at all (no connection), or without ever an answer."""

    WELL = "well"
    SLOW = "slow"
    AWAY = "away"
    MUTE = "mute"


class Owner(Protocol):
    """The phone behind the pages."""

    @property
    def mac(self) -> str:
        """Its MAC."""

    @property
    def is_on(self) -> bool:
        """Whether it runs; while it restarts nobody answers."""

    @property
    def web_credentials(self) -> tuple[str, str]:
        """The user name and the password of its pages."""

    @property
    def status_page(self) -> str:
        """What ``voip_status.cgi`` shows."""

    def obey(self, command: str) -> None:
        """Begin to do what a form asks; it is not waited for."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    cookie: str
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str
    cookie: str = ""


class WebPages(Listener):
    """The pages of all phones of a fleet. ``asked`` has every command that was taken: when, whose, which."""

    def __init__(self, owners: Mapping[str, Owner], manners: Mapping[str, Manner], slowness: float) -> None:
        super().__init__(LONGEST_HEAD_BYTES)
        self.asked: list[tuple[float, str, str]] = []
        self._owners = owners
        self._manners = manners
        self._slowness = slowness
        self._sessions: dict[str, list[str]] = {}

    async def _talk(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        owner = self._owners.get(address)
        manner = self._manners.get(address, Manner.WELL)
        if owner is None or manner is Manner.AWAY or not owner.is_on:
            writer.transport.abort()
            return
        if manner is Manner.MUTE:
            await asyncio.sleep(_IDLE_SECONDS)
            return
        while True:
            async with asyncio.timeout(_IDLE_SECONDS):
                request = await _read(reader)
            if request is None:
                return
            if manner is Manner.SLOW:
                await asyncio.sleep(self._slowness)
            writer.write(_written(self._answer(owner, request)))
            await writer.drain()

    def _answer(self, owner: Owner, request: _Request) -> _Answer:
        if request.path == "/":
            return self._begin_session(owner)
        if request.path == "/login.cgi" and request.method == "POST":
            return self._sign_in(owner, request)
        if not self._is_signed_in(owner, request):
            return _Answer(403, "<html>Session expired, see mainform.cgi?go=mainframe.htm</html>")
        return self._page(owner, request)

    def _begin_session(self, owner: Owner) -> _Answer:
        cookie = secrets.token_hex(8)
        sessions = self._sessions.setdefault(owner.mac, [])
        sessions.append(f"new {cookie}")
        del sessions[:-_SESSIONS]
        return _Answer(200, '<html><a href="mainform.cgi?go=mainframe.htm">Sign in</a></html>', cookie)

    def _sign_in(self, owner: Owner, request: _Request) -> _Answer:
        sessions = self._sessions.get(owner.mac, [])
        name, password = owner.web_credentials
        encoded = base64.b64encode(password.encode()).decode()
        is_right = request.form.get("user") == name and request.form.get("psw") == encoded
        if not is_right or f"new {request.cookie}" not in sessions:
            return _Answer(200, "<html>Login failed</html>")
        sessions.remove(f"new {request.cookie}")
        sessions.append(request.cookie)
        return _Answer(200, "<html>Welcome</html>")

    def _is_signed_in(self, owner: Owner, request: _Request) -> bool:
        return bool(request.cookie) and request.cookie in self._sessions.get(owner.mac, [])

    def _page(self, owner: Owner, request: _Request) -> _Answer:
        command = _command_of(request)
        if command:
            self.asked.append((time.time(), owner.mac, command))
            owner.obey(command)
            return _Answer(200, "<html>OK</html>")
        if request.path == "/voip_status.cgi":
            return _Answer(200, owner.status_page)
        if request.path == "/mainform.cgi/network_status.htm":
            pairs = ":".join(owner.mac[place : place + 2] for place in range(0, 12, 2))
            return _Answer(200, f"<html><td>MAC Address</td><td>{pairs.upper()}</td></html>")
        return _Answer(404, "<html>Not found</html>")


def _command_of(request: _Request) -> str:
    """Return what a form asks of the phone, or nothing."""
    form = request.form
    if request.method != "POST":
        return ""
    if request.path == "/mainform.cgi/reboot.htm" and form.get("REBOOT") == "2":
        return "reset"
    if request.path == "/mainform.cgi/auto_provision.htm" and form.get("NOW_FW") == "1":
        return "update_firmware"
    if request.path == "/mainform.cgi/auto_provision.htm" and form.get("NOW_CFG") == "1":
        return "update_configuration"
    return ""


async def _read(reader: asyncio.StreamReader) -> _Request | None:
    """Read one request; None when there is no other. Raises ValueError for what is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, colon, value in (line.partition(":") for line in lines[1:])
        if colon
    }
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= LONGEST_BODY_BYTES:
        raise ValueError("the form is too long")
    body = (await reader.readexactly(length)).decode("latin-1")
    form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    return _Request(method, target.partition("?")[0], _session_in(headers.get("cookie", "")), form)


def _session_in(cookies: str) -> str:
    pairs = (cookie.strip().partition("=") for cookie in cookies.split(";"))
    return next((value for name, _, value in pairs if name == "session"), "")


def _written(answer: _Answer) -> bytes:
    body = answer.text.encode()
    cookie = f"Set-Cookie: session={answer.cookie}; Path=/\r\n" if answer.cookie else ""
    reason = "OK" if answer.status == 200 else "Error"
    head = (
        f"HTTP/1.1 {answer.status} {reason}\r\nContent-Type: text/html\r\n{cookie}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
