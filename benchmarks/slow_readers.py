"""Phones that download slowly: `python -m benchmarks.slow_readers URL CLIENTS BYTES_PER_SECOND`.

A process of its own, so that what is measured meanwhile does not wait for it. It says "ready" once every client has
its first bytes, reads on until its input ends, and prints how many bytes came, or why a download was refused.
"""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

from benchmarks.rounds import FailedAnswersError
from benchmarks.servers import PROJECT

_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 30.0


class SlowReader(Thread):
    """Downloads again and again, a chunk and a pause at a time."""

    def __init__(self, url: str, bytes_per_second: int) -> None:
        super().__init__(daemon=True)
        self._url = urlsplit(url)
        self._pause = _CHUNK / bytes_per_second
        self.has_begun = Event()
        self.received = 0
        self.refusal = ""

    def run(self) -> None:
        """Read until the process ends, or a download is refused."""
        while not self.refusal:
            with closing(self._connected()) as connection:
                self._download(connection)

    def _connected(self) -> http.client.HTTPConnection:
        """Connect with a small buffer, so that the sender feels how slow the reader is."""
        connection = http.client.HTTPConnection(self._url.netloc, timeout=_PATIENCE_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK)
        return connection

    def _download(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", self._url.path)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            self.refusal = f"{response.status} {response.reason}"
            self.has_begun.set()
            return
        while chunk := response.read(_CHUNK):
            self.received += len(chunk)
            self.has_begun.set()
            time.sleep(self._pause)


@contextmanager
def downloading(url: str, clients: int, bytes_per_second: int) -> Iterator[None]:
    """Let so many clients download slowly while the block runs; raises when one was refused."""
    command = [sys.executable, "-m", __name__, url, str(clients), str(bytes_per_second)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield
        finally:
            told, _ = process.communicate()
    result = json.loads(told)
    if result["refusals"] or not result["bytes"]:
        raise FailedAnswersError(f"Of {clients} downloads, these were refused: {result['refusals']}.")


def main(arguments: Sequence[str]) -> None:
    """Run the clients until the standard input ends."""
    url, clients, bytes_per_second = arguments
    readers = [SlowReader(url, int(bytes_per_second)) for _ in range(int(clients))]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.has_begun.wait(_PATIENCE_SECONDS)
    print("ready", flush=True)
    sys.stdin.read()
    refusals = [reader.refusal for reader in readers if reader.refusal]
    print(json.dumps({"bytes": sum(reader.received for reader in readers), "refusals": refusals}))


if __name__ == "__main__":
    main(sys.argv[1:])
