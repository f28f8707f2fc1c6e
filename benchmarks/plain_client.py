"""The generator for machines without wrk: raw HTTP over asyncio streams, slower, but the same reports."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from benchmarks import reports
from benchmarks.load import Answers, Load, Reports

_PATIENCE_SECONDS = 10.0


class PlainClient:
    """As many tasks as connections, each of which sends as soon as it was answered."""

    name = "asyncio client"

    def send(self, load: Load) -> Answers:
        """Send requests for the seconds of the load."""
        return asyncio.run(_send(load))


class _Tally:
    """What all connections together have seen."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.failures = 0

    def add(self, status: int, seconds: float) -> None:
        if 200 <= status < 300:
            self.latencies.append(seconds)
        else:
            self.failures += 1

    def summed_up(self, seconds: float) -> Answers:
        ordered = sorted(self.latencies) or [0.0]
        return Answers(
            count=len(self.latencies),
            failures=self.failures,
            seconds=seconds,
            p50=ordered[len(ordered) // 2],
            p99=ordered[len(ordered) * 99 // 100],
        )


async def _send(load: Load) -> Answers:
    tally, requests = _Tally(), _requests(load)
    started = time.perf_counter()
    end = started + load.seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(load.connections):
            group.create_task(_keep_asking(load, requests, tally, end))
    return tally.summed_up(time.perf_counter() - started)


async def _keep_asking(load: Load, requests: Iterator[bytes], tally: _Tally, end: float) -> None:
    """Ask over one connection, and over another whenever the server has closed it."""
    while time.perf_counter() < end:
        try:
            await _ask_over_one_connection(load, requests, tally, end)
        except (OSError, EOFError, TimeoutError, ValueError):
            tally.failures += 1


async def _ask_over_one_connection(load: Load, requests: Iterator[bytes], tally: _Tally, end: float) -> None:
    address = urlsplit(load.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        is_open = True
        while is_open and time.perf_counter() < end:
            asked_at = time.perf_counter()
            writer.write(next(requests))
            status, is_open = await asyncio.wait_for(_read_answer(reader), _PATIENCE_SECONDS)
            tally.add(status, time.perf_counter() - asked_at)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Return the status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(headers["content-length"]))
    return int(lines[0].split()[1]), headers.get("connection") != "close"


def _requests(load: Load) -> Iterator[bytes]:
    """Yield requests without end; reports follow one another as the file has them, round and round."""
    address = urlsplit(load.url)
    if load.reports is None:
        request = f"GET {address.path or '/'} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
        while True:
            yield request
    lines = load.reports.bodies.read_bytes().splitlines()
    parts = [_head_and_tail(body, address.path, address.netloc) for body in lines]
    yield from _rounds(parts, load.reports)


def _rounds(parts: list[tuple[bytes, bytes]], chosen: Reports) -> Iterator[bytes]:
    position, lap = chosen.first, 0
    while True:
        mark = f"{chosen.tag}{lap:04d}".encode()
        for head, tail in parts[position:]:
            yield head + mark + tail
        position, lap = 0, lap + chosen.change_each_lap


def _head_and_tail(body: bytes, path: str, host: str) -> tuple[bytes, bytes]:
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "\r\n",
    )
    head, _, tail = ("\r\n".join(lines).encode() + body).partition(reports.MARK.encode())
    return head, tail
