"""The generator for machines without wrk: raw HTTP over asyncio streams, slower, but the same requests."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

from benchmarks import asks
from benchmarks.asks import Ask
from benchmarks.load import Answers, Load, Script

_PATIENCE_SECONDS = 10.0
_SUCCESSES = range(200, 400)


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
        if status in _SUCCESSES:
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
            group.create_task(_keep_asking(load.url, requests, tally, end))
    return tally.summed_up(time.perf_counter() - started)


async def _keep_asking(url: str, requests: Iterator[bytes], tally: _Tally, end: float) -> None:
    """Ask over one connection, and over another whenever the server has closed it."""
    while time.perf_counter() < end:
        try:
            await _ask_over_one_connection(url, requests, tally, end)
        except (OSError, EOFError, TimeoutError, ValueError):
            tally.failures += 1


async def _ask_over_one_connection(url: str, requests: Iterator[bytes], tally: _Tally, end: float) -> None:
    address = urlsplit(url)
    encryption = _unchecked() if address.scheme == "https" else None
    reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=encryption)
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


@cache
def _unchecked() -> ssl.SSLContext:
    """Return what encrypts without asking whose certificate it is: the server is one that was started for this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Return the status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    status = int(lines[0].split()[1])
    if status != 304:  # it has no body, whatever length it names
        await reader.readexactly(int(headers["content-length"]))
    return status, headers.get("connection") != "close"


def _requests(load: Load) -> Iterator[bytes]:
    """Yield requests without end; those of a script follow one another as its file has them, round and round."""
    address = urlsplit(load.url)
    if load.script is None:
        request = _bytes_of(Ask("GET", address.path or "/"), address.netloc)
        while True:
            yield request
    wholes = [_bytes_of(ask, address.netloc) for ask in asks.read(load.script.asks)]
    yield from _rounds([whole.partition(asks.MARK.encode()) for whole in wholes], load.script)


def _rounds(parts: list[tuple[bytes, bytes, bytes]], script: Script) -> Iterator[bytes]:
    position, lap = script.first, 0
    while True:
        mark = f"{script.tag}{lap:04d}".encode()
        for head, marked, tail in parts[position:]:
            yield head + mark + tail if marked else head
        position, lap = 0, lap + script.change_each_lap


def _bytes_of(ask: Ask, host: str) -> bytes:
    length = (f"Content-Length: {len(ask.body)}",) if ask.body else ()
    lines = (f"{ask.method} {ask.path} HTTP/1.1", f"Host: {host}", *ask.headers, *length, "\r\n")
    return "\r\n".join(lines).encode() + ask.body
