"""A server that takes connections and never finishes an answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The beginning of an answer of 16 KiB, by LDAP (BER) and in a handshake of TLS: a reader waits for the rest.
LDAP = b"\x30\x84\x00\x00\x40\x00" + b"\x02" * 1000
HANDSHAKE = b"\x16\x03\x03\x40\x00" + b"\x02" * 1000
_SECONDS_BETWEEN_BYTES = 0.3


class _Server:
    def __init__(self, drips: bytes) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.arrived = threading.Semaphore(0)
        self.ended = threading.Event()
        self._drips = drips
        self._taken: list[socket.socket] = []

    def accept(self) -> None:
        """Take connections until the listening socket is closed."""
        while not self.ended.is_set():
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self._taken.append(connection)
            self.arrived.release()
            if self._drips:
                threading.Thread(target=self._drip, args=(connection,)).start()

    def close(self) -> None:
        """Close the listening socket and every connection."""
        self.ended.set()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for connection in self._taken:
            connection.close()

    def _drip(self, connection: socket.socket) -> None:
        for byte in self._drips:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            if self.ended.wait(_SECONDS_BETWEEN_BYTES):
                return


@contextmanager
def silent_server(*, drips: bytes = b"") -> Iterator[tuple[int, threading.Semaphore]]:
    """Yield its port, and a semaphore that counts who arrived; one that drips sends a byte of this now and then."""
    server = _Server(drips)
    thread = threading.Thread(target=server.accept)
    thread.start()
    try:
        yield server.listening.getsockname()[1], server.arrived
    finally:
        server.close()
        thread.join()
