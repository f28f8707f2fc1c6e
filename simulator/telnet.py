"""The command line of phones (protocol 5): one listener for a fleet, each phone at its own address.

A phone takes Telnet where its file says ``management/telnet/enabled=1``. It begins as the real ones do, by announcing
that it echoes, and asks for user name and password.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from simulator.listener import Listener

_IAC, _WILL, _ECHO, _SGA = 255, 251, 1, 3
_SUB, _END = 250, 240
_HELLO = bytes((_IAC, _WILL, _ECHO, _IAC, _WILL, _SGA))
_LONGEST_LINE_BYTES = 1024
_IDLE_SECONDS = 60
_TRIES = 3


class Owner(Protocol):
    """The phone behind the command line."""

    @property
    def mac(self) -> str:
        """Its MAC."""

    @property
    def is_on(self) -> bool:
        """Whether it runs."""

    @property
    def takes_telnet(self) -> bool:
        """Whether its file permits Telnet."""

    @property
    def web_credentials(self) -> tuple[str, str]:
        """User name and password."""

    @property
    def status_page(self) -> str:
        """What it shows as its status."""


class CommandLines(Listener):
    """The command lines of all phones of a fleet, by address. ``said`` has every command: whose, which."""

    def __init__(self, owners: Mapping[str, Owner]) -> None:
        super().__init__(_LONGEST_LINE_BYTES)
        self.said: list[tuple[str, str]] = []
        self._owners = owners

    async def _talk(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        owner = self._owners.get(address)
        if owner is not None and owner.is_on and owner.takes_telnet:
            await self._obey(owner, reader, writer)

    async def _obey(self, owner: Owner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_HELLO)
        if not await _signs_in(owner, reader, writer):
            return
        while True:
            writer.write(b"phone> ")
            command = await _line(reader)
            self.said.append((owner.mac, command))
            writer.write(f"{command}\r\n".encode())
            if command in ("exit", "quit"):
                return
            writer.write(_answer(owner, command).encode())
            await writer.drain()


async def _signs_in(owner: Owner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    for _ in range(_TRIES):
        writer.write(b"\r\nlogin: ")
        name = await _line(reader)
        writer.write(f"{name}\r\nPassword: ".encode())
        password = await _line(reader)
        if (name, password) == owner.web_credentials:
            writer.write(b"\r\n")
            return True
        writer.write(b"\r\nLogin incorrect\r\n")
    return False


def _answer(owner: Owner, command: str) -> str:
    if command == "show status":
        return f"{owner.status_page}\r\n"
    if command == "show mac":
        return f"{owner.mac}\r\n"
    if command == "dump":
        return "0123456789abcdef\r\n" * 4096
    return f"{command}: not found\r\n"


async def _line(reader: asyncio.StreamReader) -> str:
    """Return the next line without what negotiates options (RFC 854)."""
    async with asyncio.timeout(_IDLE_SECONDS):
        raw = await reader.readuntil(b"\n")
    return _without_negotiation(raw).decode("ascii", errors="replace").strip("\r\n\0")


def _without_negotiation(raw: bytes) -> bytes:
    text = bytearray()
    rest = iter(raw)
    for byte in rest:
        if byte != _IAC:
            text.append(byte)
            continue
        verb = next(rest, None)
        if verb == _SUB:
            while next(rest, _END) != _END:
                pass
        elif verb != _IAC:
            next(rest, None)
    return bytes(text)
