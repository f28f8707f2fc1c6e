"""Syslog: one message for each alarm, by UDP, TCP or TLS."""

import asyncio
import socket
import ssl

from app.notifier.addresses import Found, find_address
from app.notifier.failures import NotDelivered, why_unreachable
from app.notifier.trust import refusal_of, trusting
from app.rendering.notices.message import Message
from app.rendering.notices.syslog import framed, syslog_line
from app.rules.receivers import SyslogReceiver, Transport

_CONNECT_SECONDS = 5
_WHOLE_SECONDS = 10
# How long a machine has that says it knows no such port: on a network nearby that is much less.
_OBJECTION_SECONDS = 0.05


async def send(receiver: SyslogReceiver, message: Message) -> str:
    """Send a message; return what is known of its arrival, or raise NotDelivered."""
    found = await find_address(receiver.host, receiver.port, may_be_here=receiver.may_be_here)
    line = syslog_line(message, facility=receiver.facility, host=socket.gethostname())
    try:
        async with asyncio.timeout(_WHOLE_SECONDS):
            if receiver.transport is Transport.UDP:
                await _send_datagram(receiver, found, line)
                return "Sent; with UDP nobody says whether it arrived."
            await _send_on_stream(receiver, found, framed(line))
            return f"Sent by {receiver.transport.upper()}; the server took it without an answer, as syslog has none."
    except TimeoutError as error:
        raise NotDelivered(f"{receiver.host} did not take it within {_WHOLE_SECONDS} seconds.") from error
    except ssl.SSLError as error:
        raise refusal_of(receiver.host, error) from error
    except OSError as error:
        raise NotDelivered(f"{receiver.host}, port {receiver.port}: {why_unreachable(error)}.") from error


class _Objections(asyncio.DatagramProtocol):
    """Hears when the other machine says that nobody listens."""

    def __init__(self) -> None:
        self.heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def error_received(self, exc: Exception) -> None:
        """Keep what it says."""
        if not self.heard.done():
            self.heard.set_exception(exc)


async def _send_datagram(receiver: SyslogReceiver, found: Found, line: bytes) -> None:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        _Objections, remote_addr=(found.address, receiver.port)
    )
    try:
        transport.sendto(line)
        await asyncio.wait([protocol.heard], timeout=_OBJECTION_SECONDS)
        if protocol.heard.done():
            protocol.heard.result()
    finally:
        transport.close()


async def _send_on_stream(receiver: SyslogReceiver, found: Found, content: bytes) -> None:
    """Send, and see the connection closed in order: what a receiver that broke off did not read is not delivered."""
    is_encrypted = receiver.transport is Transport.TLS
    async with asyncio.timeout(_CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(
            found.address,
            receiver.port,
            ssl=trusting(receiver.certificates) if is_encrypted else None,
            server_hostname=receiver.host.strip("[]") if is_encrypted else None,
        )
    try:
        writer.write(content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    finally:
        writer.transport.abort()  # who takes nothing, or does not say goodbye, keeps no connection
