"""What a load generator is told, and what it brings back; wrk where it is installed, else our own."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.asks import MARK

_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Script:
    """Which requests are sent: their file, where in it to begin, the tag that they carry in place of the mark.

    ``change_each_lap``: a phone that reports again says something else again.
    """

    asks: Path
    first: int
    tag: str
    change_each_lap: bool


@dataclass(frozen=True, slots=True)
class Load:
    """So many connections, each of which asks again as soon as it is answered; without a script, by GET."""

    url: str
    connections: int
    seconds: int
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: requests answered with success, those that were not, and the latencies in seconds."""

    count: int
    failures: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        """Return the answers per second."""
        return self.count / self.seconds


class Generator(Protocol):
    """Sends a load and returns when it is over."""

    name: str

    def send(self, load: Load) -> Answers:
        """Send requests for the seconds of the load."""


class Wrk:
    """wrk, in one thread."""

    def __init__(self) -> None:
        self.name = f"wrk {_wrk_version()}"

    def send(self, load: Load) -> Answers:
        """Send requests for the seconds of the load."""
        done = subprocess.run(wrk_command(load), check=True, capture_output=True, text=True)
        return parse_wrk(done.stdout)


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def wrk_command(load: Load) -> Sequence[str]:
    """Return the command line for a load."""
    options = [
        "-t1",
        f"-c{load.connections}",
        f"-d{load.seconds}s",
        "--timeout",
        "10s",
        "--script",
        str(_SCRIPT),
    ]
    command = ["wrk", *options, load.url]
    if load.script is None:
        return command
    chosen = load.script
    changes = "yes" if chosen.change_each_lap else "no"
    return [*command, "--", str(chosen.asks), MARK, chosen.tag, changes, str(chosen.first)]


def parse_wrk(output: str) -> Answers:
    """Read the line of JSON that the script writes after wrk's own lines; wrk counts in microseconds."""
    found = json.loads(output.splitlines()[-1])
    return Answers(
        count=found["requests"],
        failures=found["failures"],
        seconds=found["microseconds"] / 1e6,
        p50=found["p50"] / 1e6,
        p99=found["p99"] / 1e6,
    )


def _wrk_version() -> str:
    told = subprocess.run(["wrk", "--version"], check=False, capture_output=True, text=True).stdout
    return told.split()[1].removeprefix("debian/")
