"""Servers that are measured: started as an administrator would, waited for, stopped with all their processes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PROJECT = Path(__file__).resolve().parent.parent
_STARTS_WITHIN_SECONDS = 30.0
_STOPS_WITHIN_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
_HOST = "127.0.0.1"
_THREADS = 16


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers; ``pid`` is the process from which all its others descend."""

    pid: int
    port: int

    @property
    def bind(self) -> str:
        """Return its host and port."""
        return f"{_HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self.bind}"


@contextmanager
def gunicorn(
    application: str, worker_class: str, log: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """Run an application under gunicorn with one worker, as the baseline is defined; gthread gets 16 threads."""
    port = free_port()
    options = ["--worker-class", worker_class, "--workers", "1", "--bind", f"{_HOST}:{port}"]
    threads = ["--threads", str(_THREADS)] if worker_class == "gthread" else []
    command = [sys.executable, "-m", "gunicorn", *options, *threads, "--log-level", "warning", application]
    with _running(command, environment, port, log) as server:
        yield server


@contextmanager
def ringmaster(part: str, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run one process kind of Ringmaster, ``plane`` or ``web``, with these settings of the environment."""
    port = free_port()
    bind = {"plane": "RINGMASTER_PHONE_BIND", "web": "RINGMASTER_WEB_BIND"}[part]
    environment = {**settings, bind: f"{_HOST}:{port}"}
    with _running([sys.executable, "run.py", part], environment, port, log) as server:
        yield server


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], settings: Mapping[str, str], port: int, log: Path) -> Iterator[Server]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RINGMASTER_")}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_until_answering(process, port, log)
            yield Server(process.pid, port)
        finally:
            _stop(process)


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"A server to be measured did not start: {log.read_text()}")
        time.sleep(_PAUSE_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(_HOST, port, timeout=_STARTS_WITHIN_SECONDS)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
