"""A restart while a phone reports: systemd keeps the sockets, so the report waits and is answered."""

import contextlib
import fcntl
import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.running import LAST_WORDS, ROOT, environment
from tests.flows.installation import KEY, PASSWORD

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
PATIENCE_SECONDS = 120
# What systemd does for a service: its sockets are file descriptors 3 and 4, and the variables say so to this process.
AS_SYSTEMD = 'export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:phones; exec "$@" 3<&{} 4<&{}'


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """What the socket units listen at: one for people, one for phones."""
    with socket.create_server(("127.0.0.1", 0)) as web, socket.create_server(("127.0.0.1", 0)) as phones:
        yield web, phones


@contextlib.contextmanager
def service(data_dir: Path, *sockets: socket.socket) -> Iterator[None]:
    """Run Ringmaster with sockets that were opened before, from when it is ready until it was stopped."""
    public = f"http://127.0.0.1:{sockets[1].getsockname()[1]}"
    env = environment(data_dir, SECRET_KEY=KEY, ADMIN_PASSWORD=PASSWORD, PUBLIC_URL=public)
    given = [fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in sockets]
    command = ["bash", "-c", AS_SYSTEMD.format(*given), "systemd", sys.executable, "run.py"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=given,
    )
    assert process.stdout is not None
    try:
        said = [""]
        while said[-1] != LAST_WORDS:
            said.append(process.stdout.readline())
            assert said[-1], f"it ended before it was ready: {said}"
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def report(phones: socket.socket, number: int) -> int:
    """Report once, with patience for a busy machine, and return the status of the answer."""
    body = f'{{"mac": "00908f000001", "status": "started", "location": "Desk {number}"}}'
    connection = http.client.HTTPConnection(*phones.getsockname(), timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request("POST", KEEP_ALIVE, body)
        return connection.getresponse().status


def test_a_report_during_a_restart_waits_and_is_answered(
    sockets: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    _, phones = sockets
    with ThreadPoolExecutor(1) as phone:
        with service(tmp_path, *sockets):
            assert report(phones, 1) == 200
        waiting = phone.submit(report, phones, 2)
        with service(tmp_path, *sockets):
            assert waiting.result(PATIENCE_SECONDS) == 200


def test_a_socket_without_its_name_is_told(
    sockets: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    given = [fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in sockets]
    script = AS_SYSTEMD.format(*given).replace("web:phones", "http:phones")
    ended = subprocess.run(
        ["bash", "-c", script, "systemd", sys.executable, "run.py"],
        cwd=ROOT,
        env=environment(tmp_path, SECRET_KEY=KEY),
        text=True,
        capture_output=True,
        pass_fds=given,
        check=False,
    )
    assert ended.returncode == 1
    assert "no socket with the name web (FileDescriptorName=web), but http, phones" in ended.stderr
