"""Servers from Debian's packages that a run of the tests starts for itself: each in a folder, on ports of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ADDRESS = "127.0.0.1"
START_SECONDS = 30


def find_program(name: str) -> str:
    """Return where a program is, also one that only administrators have on their path."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise RuntimeError(f"The tests need {name}, which is not there: `make test` installs it.")
    return found


def run(command: Sequence[str]) -> None:
    """Run a program that makes something for a server to its end."""
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} made nothing for the tests: {done.stderr}")


def make_certificate(folder: Path) -> None:
    """Make ``key.pem`` on the curve P-256, and ``certificate.pem`` for this machine that is its own authority, strict
    enough for every Python."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/key.pem"]
    extensions = (
        f"subjectAltName=IP:{ADDRESS},DNS:localhost",
        "keyUsage=critical,digitalSignature,keyCertSign",
    )
    given = [word for extension in extensions for word in ("-addext", extension)]
    names = ["-subj", "/CN=localhost", *given, "-days", "2", "-out", f"{folder}/certificate.pem"]
    run(["openssl", "req", "-x509", *key, *names])


@contextmanager
def running(
    command: Sequence[str], ports: Collection[int], log: Path, *, ends_by: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server, from when it answers at its ports; it gains no rights beyond those of the tests, and ends with
    them."""
    confined = ["setpriv", "--no-new-privs", f"--pdeathsig={ends_by.name.removeprefix('SIG')}", *command]
    process = start(confined, log, lambda: all(map(_answers, ports)), ends_by=ends_by)
    try:
        yield process
    finally:
        end(process, ends_by)


def start(
    command: Sequence[str], log: Path, is_up: Callable[[], bool], *, ends_by: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a server and return it when it is up; raises RuntimeError with what it said when that takes too long."""
    with log.open("ab") as output:
        # A session of its own: Ctrl-C is for the tests, which then stop the server themselves.
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    try:
        while not is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text()
                raise RuntimeError(
                    f"{' '.join(command)} did not start within {START_SECONDS} seconds: {said}"
                )
            time.sleep(0.02)
    except BaseException:
        end(process, ends_by)
        raise
    return process


def end(process: subprocess.Popen[bytes], ends_by: signal.Signals) -> None:
    """End a server with its signal, and wait until it has."""
    process.send_signal(ends_by)
    process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((ADDRESS, port), timeout=1):
        return True
    return False
