"""A server on a port of this machine that answers with the bytes that it was given, whatever they are."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Sequence

HOST = "127.0.0.1"
PATIENCE_SECONDS = 0.05
"""How long it waits for a question, before it says something unasked."""
MOST_ANSWERS = 8
"""Before it hangs up, and the last one that it was given may be said again so often."""
DRIPS_SECONDS, LONGEST_DRIP_SECONDS = 0.1, 15
ENDLESS = b"\n(endless)"
"""Says what stands before it again and again, for as long as somebody listens."""
DRIPPING = b"\n(dripping)"
"""Says what stands before it one byte after the other."""
HANGS_UP = b"\n(hangs up)"
ENCRYPTS = b"\n(encrypts)"
"""Begins TLS after what stands before it."""

Said = Sequence[bytes]
Converse = Callable[[int], Awaitable[None]]


async def with_a_server(
    said: Said,
    converse: Converse,
    *,
    greets: bool = False,
    tls: ssl.SSLContext | None = None,
    later_tls: ssl.SSLContext | None = None,
) -> None:
    """Hold a conversation with a server that says this, one after the other, and the last again.

    It ``greets`` whoever connects. What it encrypts, it does from the beginning with ``tls``, at ENCRYPTS with
    ``later_tls``.
    """
    left, conversations = list(said), set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.current_task())
        # asyncio of Python 3.11 raises a TypeError where somebody leaves while TLS begins.
        with contextlib.suppress(OSError, TypeError):
            for number in range(len(said) + MOST_ANSWERS):
                if number or not greets:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(PATIENCE_SECONDS):
                            if not await reader.read(64 * 1024):
                                break
                content = left.pop(0) if len(left) > 1 else left[0]
                await _say(writer, content.removesuffix(ENCRYPTS).removesuffix(HANGS_UP))
                if content.endswith(HANGS_UP):
                    break
                if content.endswith(ENCRYPTS) and later_tls:
                    await writer.start_tls(later_tls)
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0, ssl=tls)
    try:
        await converse(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await asyncio.gather(*conversations)


async def _say(writer: asyncio.StreamWriter, content: bytes) -> None:
    first, goes_on, _ = content.partition(ENDLESS)
    if first.endswith(DRIPPING):
        await _drip(writer, first.removesuffix(DRIPPING))
        return
    writer.write(first)
    while goes_on and not writer.is_closing():
        writer.write(first[-40:] * 1024)
        await writer.drain()
        await asyncio.sleep(0)  # to drain what is encrypted lets nobody else do anything
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, content: bytes) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_DRIP_SECONDS):
            while content and not writer.is_closing():
                for byte in content:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(DRIPS_SECONDS)
