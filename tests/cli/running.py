"""Ringmaster as people start it: `python run.py` in a process of its own, on free ports, in a folder of its own."""

import contextlib
import http.client
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.free_ports import free_port

ROOT = Path(__file__).parent.parent.parent
LAST_WORDS = "Ctrl-C stops it.\n"
PATIENCE_SECONDS = 30


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return an environment with free ports and these settings, and none of the one who runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RINGMASTER_")}
    ours = {
        "DATA_DIR": str(data_dir),
        "WEB_BIND": f"127.0.0.1:{free_port()}",
        "PHONE_BIND": f"127.0.0.1:{free_port()}",
        **settings,
    }
    return inherited | {f"RINGMASTER_{name}": value for name, value in ours.items()}


def run(words: Sequence[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python run.py` with these words to its end."""
    command = [sys.executable, "run.py", *words]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)


@dataclass(frozen=True)
class Running:
    """A `python run.py` that is ready, and what it said until then."""

    process: subprocess.Popen[str]
    env: dict[str, str]
    said: str

    @property
    def ports(self) -> list[int]:
        """The ports of the screens and of the phone plane."""
        return [int(self.env[f"RINGMASTER_{name}_BIND"].rpartition(":")[2]) for name in ("WEB", "PHONE")]

    def status(self, port: int, path: str) -> int:
        """Return the status that a request is answered with."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status

    def pid_of(self, name: str) -> int:
        """Return the process id of one of its processes."""
        return next(pid for pid in children_of(self.process.pid) if name_of(pid) == name)

    def next_line_with(self, text: str) -> str:
        """Return the next line of its log that has the text."""
        return next(line for line in self.process.stdout if text in line)

    def hear_out(self) -> None:
        """Read what it logs from now on, and drop it: it would wait for whoever does not read what it says."""
        threading.Thread(target=_drop, args=[self.process.stdout], daemon=True).start()

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Send it the signal and return its exit code and its last words."""
        self.process.send_signal(number)
        rest = self.process.stdout.read()
        return self.process.wait(), rest


def _drop(log: IO[str]) -> None:
    with contextlib.suppress(ValueError):  # it is closed at the end
        for _ in log:
            pass


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def descendants_of(pid: int) -> list[int]:
    """Return the process ids of a process's children, and of theirs."""
    children = children_of(pid)
    return [*children, *(grandchild for child in children for grandchild in children_of(child))]


def kill(pid: int) -> None:
    """Kill a process and wait until it has ended, and with it all that it had started."""
    ends = [os.pidfd_open(member) for member in (pid, *descendants_of(pid))]
    os.kill(pid, signal.SIGKILL)
    for end in ends:
        assert select.select([end], [], [], PATIENCE_SECONDS)[0], "a process outlives the one that started it"
        os.close(end)


def name_of(pid: int) -> str:
    """Return the name under which a process is listed."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


@contextlib.contextmanager
def ringmaster(env: dict[str, str], *words: str) -> Iterator[Running]:
    """Start `python run.py`, wait until it is ready, and end it whatever happens meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said: list[str] = []
        while not said or said[-1] != LAST_WORDS:
            line = process.stdout.readline()
            assert line, f"it ended before it was ready: {said}"
            said.append(line)
        yield Running(process, env, "".join(said))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
