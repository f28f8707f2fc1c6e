"""Phones that remember which of their reports were answered, until the server dies."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.asks import MARK, Ask

_LAPS = 10_000


@dataclass
class Acknowledged:
    """The lap of the last answered report of each phone, by MAC, and how many were answered in all."""

    tag: str
    laps: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def note(self, mac: str, lap: int) -> None:
        """Note that a report was answered."""
        self.laps[mac] = lap
        self.count += 1

    def lost_from(self, locations: dict[str, str]) -> list[str]:
        """Return the phones of which the stored location is older than what was answered.

        A newer one is right: the last report of each connection may have been committed, and the answer lost.
        """
        return [mac for mac, lap in self.laps.items() if self._lap_in(locations.get(mac, "")) < lap]

    def _lap_in(self, location: str) -> int:
        _, found, lap = location.partition(self.tag)
        return int(lap) if found else -1


async def report_until_it_dies(url: str, asks: Sequence[Ask], connections: int, noted: Acknowledged) -> None:
    """Send reports over so many connections until each of them has broken."""
    shares = [asks[number::connections] for number in range(connections)]
    await asyncio.gather(*(_report(url, share, noted) for share in shares if share))


async def _report(url: str, asks: Sequence[Ask], noted: Acknowledged) -> None:
    address = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        with closing(writer):
            for lap, ask in itertools.product(range(_LAPS), asks):
                body = ask.body.replace(MARK.encode(), f"{noted.tag}{lap:04d}".encode())
                writer.write(_request(ask, address.netloc, body))
                if await _is_answered(reader):
                    noted.note(json.loads(body)["mac"], lap)
    except (OSError, EOFError):
        return


def _request(ask: Ask, host: str, body: bytes) -> bytes:
    lines = (
        f"POST {ask.path} HTTP/1.1",
        f"Host: {host}",
        *ask.headers,
        f"Content-Length: {len(body)}",
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body


async def _is_answered(reader: asyncio.StreamReader) -> bool:
    """Read an answer; whether it is a success."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = head.partition("content-length: ")[2].partition("\r\n")[0]
    await reader.readexactly(int(length))
    return head.split()[1] == "200"
