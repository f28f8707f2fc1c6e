"""A connection to a mail server by SMTP: bounded in time and in what it takes, encrypted as asked for."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from app.cutting_off import cut_off_after
from app.notifier.failures import NotDelivered
from app.notifier.trust import trusting
from app.rules.receivers import MailSecurity, MailServer

STEP_SECONDS = 10
WHOLE_SECONDS = 40
MOST_BYTES = 256 * 1024
"""Of all answers on one connection: a mail for a thousand, each refused in a line or two, has fewer."""


class NoSmtpError(smtplib.SMTPException):
    """What answers speaks no SMTP, or says more than anybody would read."""


@contextmanager
def connected(receiver: MailServer, address: str) -> Iterator["Connection"]:
    """Yield a connection that was greeted, and encrypted where that is wanted; say goodbye afterwards.

    TimeoutError where all of it together takes longer than WHOLE_SECONDS, NoSmtpError, and the errors of smtplib,
    ssl and sockets. What is answered to the goodbye means nothing: a mail that was taken is delivered.
    """
    connection = Connection(receiver)
    with cut_off_after(WHOLE_SECONDS, lambda: connection.sock) as is_over, closing(connection):
        try:
            connection.open(address)
            yield connection
        except OSError as error:  # those of smtplib are as well
            if is_over.is_set():
                raise TimeoutError from error
            raise
        except NotDelivered:
            connection.say_goodbye()
            raise
        connection.say_goodbye()


class Connection(smtplib.SMTP):
    """A connection to an address that was looked up, whose certificate has the server's name."""

    def __init__(self, receiver: MailServer) -> None:
        super().__init__(local_hostname=socket.gethostname(), timeout=STEP_SECONDS)
        self.sock: socket.socket | None = None
        self._receiver = receiver
        self._bytes_left = MOST_BYTES

    def open(self, address: str) -> None:
        """Connect, hear the greeting, say hello, and encrypt what follows where that is wanted."""
        security = self._receiver.security
        self.sock = socket.create_connection((address, self._receiver.port), STEP_SECONDS)
        if security is MailSecurity.TLS:
            self.wrap_socket(self.sock)
        code, said = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self.ehlo_or_helo_if_needed()
        if security is MailSecurity.START_TLS:
            self.starttls(context=self)  # type: ignore[call-overload]  # it is asked for wrap_socket alone
            self.ehlo()

    def wrap_socket(self, sock: socket.socket, **_: Any) -> ssl.SSLSocket:
        """Encrypt; the socket is in use before the handshake, so that it can be cut off meanwhile."""
        wrapped = trusting(self._receiver.certificates).wrap_socket(
            sock, server_hostname=self._receiver.host.strip("[]"), do_handshake_on_connect=False
        )
        self.sock = wrapped
        wrapped.do_handshake()
        return wrapped

    def say_goodbye(self) -> None:
        """End in order, if the server is still there."""
        with suppress(OSError):
            self.quit()

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the words of an answer.

        smtplib's own keeps all lines of one that does not end, and says of a server that is silent that it hung up.
        """
        words = []
        while True:
            line = self._readline()
            if not line[:3].isdigit():
                raise NoSmtpError
            words.append(line[4:].strip(b" \t\r\n"))
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(words)

    def _readline(self) -> bytes:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        self.file = self.file or self.sock.makefile("rb")  # starttls begins anew
        line = self.file.readline(self._bytes_left + 1)
        self._bytes_left -= len(line)
        if self._bytes_left < 0:
            raise NoSmtpError
        if not line:
            raise smtplib.SMTPServerDisconnected
        return line
