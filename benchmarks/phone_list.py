"""Devices Status beside a bare Flask page that runs the one plain query which the list needs."""

import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import cpu
from benchmarks.servers import Server

_LOADS = 30
SEARCHES: Mapping[str, str] = {
    "the list": "",
    "a word that a tenth has": "anna",
    "a word that one has": "user7777@",
    "a word that nobody has": "nobody",
}
"""What is looked for, by what it is called."""


@dataclass(frozen=True, slots=True)
class Loads:
    """What one page took again and again: the server's processor time in the mean, the time in the middle; seconds."""

    cpu: float
    time: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A page of ours and the bare one with the same rows, loaded in turns."""

    title: str
    ours: Loads
    bare: Loads


def compare(
    web: Server, session: str, bare: Server, *, searches: Mapping[str, str] = SEARCHES, loads: int = _LOADS
) -> Sequence[Compared]:
    """Load both pages so many times in turns, for each search."""
    return [_compare(web, session, bare, title, word, loads) for title, word in searches.items()]


def _compare(web: Server, session: str, bare: Server, title: str, word: str, loads: int) -> Compared:
    query = f"?{urllib.parse.urlencode({'q': word})}" if word else ""
    ours, other = _load([(web, f"/devices-status/{query}", session), (bare, f"/{query}", "")], loads)
    return Compared(title, ours, other)


def _load(pages: Sequence[tuple[Server, str, str]], loads: int) -> Sequence[Loads]:
    taken: list[list[float]] = [[] for _ in pages]
    for page in pages:
        _get(*page)
    before = [cpu.seconds_of(server.pid) for server, _, _ in pages]
    for _ in range(loads):
        for page, times in zip(pages, taken, strict=True):
            begun = time.perf_counter()
            _get(*page)
            times.append(time.perf_counter() - begun)
    after = [cpu.seconds_of(server.pid) for server, _, _ in pages]
    return [
        Loads((last - first) / loads, median(times))
        for first, last, times in zip(before, after, taken, strict=True)
    ]


def _get(server: Server, path: str, session: str) -> None:
    name, _, value = session.partition(": ")
    headers = {name: value} if session else {}
    with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers)) as answer:
        answer.read()
