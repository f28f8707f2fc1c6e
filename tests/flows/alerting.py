"""Alarms sent to the phone plane as phones send them, over some connections at once."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from tests.phone_api.doors import ALERT

CONNECTIONS = 100
CRITICAL, CLEARED = "5", "0"
"""Severities as phones send them."""


async def send_all(
    url: str, macs: Iterable[str], severity: str = CRITICAL, *, at_once: int = CONNECTIONS
) -> None:
    """Let each phone send its alarm in a request of its own, so many at a time; all have to be answered with 200."""
    waiting = iter(macs)
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_send(url, waiting, severity))


async def _send(url: str, macs: Iterator[str], severity: str) -> None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    for mac in macs:
        alert = {
            "uniqueId": 2, "name": "IPPHONE REGISTRATION FAILURE", "description": "no answer", "severity": severity,
            "date": "2017-07-217T12:24:18", "source": f"IPPhone/{mac}", "type": 2, "probableCause": 5,
            "additionalInfo1": "", "additionalInfo2": "",
        }  # fmt: skip
        body = json.dumps({"sessionId": "5f20db06", "alerts": [alert]}).encode()
        head = f"POST {ALERT} HTTP/1.1\r\nHost: ringmaster\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
    writer.close()
    await writer.wait_closed()
