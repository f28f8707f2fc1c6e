"""Bytes to and from one server, over TCP or over TLS, with as little as 30,000 of them at once allow.

asyncio's own TLS sets a quarter of a megabyte aside for each connection and its streams copy every byte twice; the
memory buffers of OpenSSL do neither.
"""

import asyncio
import ssl
from functools import partial
from typing import cast

_RECORD_BYTES = 16 * 1024


class Wire(asyncio.Protocol):
    """One open connection; bytes that came and were not taken yet wait in ``received``."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def handshake(self) -> None:
        """Return when bytes can be sent; raises OSError when the other side is not to be trusted."""

    async def more(self) -> bool:
        """Return when further bytes came; False when none will come any more."""
        before = len(self.received)
        while self.is_open and len(self.received) == before:
            await self._wake_up()
        return len(self.received) > before

    def send(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Hang up."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a connection that stands (called by asyncio)."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """Take in what came (called by asyncio)."""
        self.received += data
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it so
        """Note that nothing will come any more (called by asyncio)."""
        self.is_open = False
        self._wake()

    async def _wake_up(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class TlsWire(Wire):
    """The same within TLS; the handshake begins as soon as the connection stands."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        super().__init__()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._is_agreed = False
        self._error: ssl.SSLError | None = None

    async def handshake(self) -> None:
        """Return when both sides agreed; raises OSError when they do not."""
        while self.is_open and not self._is_agreed:
            await self._wake_up()
        if self._error is not None:
            raise self._error
        if not self._is_agreed:
            raise ConnectionResetError("The server hung up during the handshake.")

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._tls.write(data)
        self._flush()

    def close(self) -> None:
        """Say that nothing more will be sent, and hang up."""
        if self.is_open and self._is_agreed:
            self._say_goodbye()
        super().close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake (called by asyncio)."""
        super().connection_made(transport)
        self._advance()

    def data_received(self, data: bytes) -> None:
        """Take in what came (called by asyncio)."""
        self._incoming.write(data)
        self._advance()

    def _advance(self) -> None:
        try:
            self._agree()
            while chunk := self._tls.read(_RECORD_BYTES):
                self.received += chunk
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:  # the end of what the server sends is one, too
            self._error = error
            self._flush()
            super().close()
        self._wake()

    def _agree(self) -> None:
        if not self._is_agreed:
            self._tls.do_handshake()
            self._is_agreed = True

    def _say_goodbye(self) -> None:
        try:
            self._tls.unwrap()
        except ssl.SSLError:  # it wants to hear the other side's goodbye, for which a phone does not wait
            self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            super().send(self._outgoing.read())


async def open_wire(host: str, port: int, tls: ssl.SSLContext | None, from_ip: str = "") -> Wire:
    """Connect, from an address of this machine if one is given; raises OSError when that fails."""
    make = Wire if tls is None else partial(TlsWire, tls, host)
    local = (from_ip, 0) if from_ip else None
    _, wire = await asyncio.get_running_loop().create_connection(make, host, port, local_addr=local)
    is_ready = False
    try:
        await wire.handshake()
        is_ready = True
    finally:
        if not is_ready:
            wire.close()
    return wire
