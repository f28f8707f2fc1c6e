"""A directory that answers each question of LDAP with the bytes that it was given, whatever they are."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from tests.fuzzing.ber import number_and_kind, with_number

BIND, SEARCH, EXTENDED = 0x60, 0x63, 0x77
"""The kinds of questions that are answered, by their tags (RFC 4511, 4.2, 4.5.1, 4.12)."""
PATIENCE_SECONDS = 0.15
"""How long it waits for another question, before it hangs up."""
MOST_QUESTIONS = 8
"""A search may ask for page after page."""

Said = Mapping[int, Sequence[bytes]]
"""What is answered to each kind of question, one after the other and the last again; MESSAGE_ID stands in it."""


class OddDirectory:
    """A directory on a port of this machine; ``said`` may be exchanged between conversations."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def serve(self) -> None:
        """Answer one conversation after the other until it is closed."""
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def close(self) -> None:
        """Take no more connections."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        said = {kind: list(answers) for kind, answers in self.said.items()}
        for _ in range(MOST_QUESTIONS):
            number, kind = number_and_kind(connection.recv(64 * 1024))
            answers = said.get(kind)
            if not answers:
                return
            content = answers.pop(0) if len(answers) > 1 else answers[0]
            connection.sendall(with_number(content, number))


@contextmanager
def odd_directory(said: Said = MappingProxyType({})) -> Iterator[OddDirectory]:
    """Yield a directory that says this."""
    directory = OddDirectory(said)
    thread = threading.Thread(target=directory.serve)
    thread.start()
    try:
        yield directory
    finally:
        directory.close()
        thread.join()
