"""Mail: handed to a server by SMTP, and what the server answered."""

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from app.notifier.addresses import find_address
from app.notifier.failures import NotDelivered, why_unreachable
from app.notifier.trust import refusal_of, trusting
from app.rendering.notices.mail import mail_of
from app.rendering.notices.message import Message
from app.rules.receivers import MailSecurity, MailServer

_STEP_SECONDS = 10
_WHOLE_SECONDS = 40
_AT_ONCE = 16
_MOST_CHARACTERS = 300
# Of their own: a mail server that answers slowly keeps a thread, and others must not run out of them.
_threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mail")


async def send(receiver: MailServer, message: Message, destination: str) -> str:
    """Hand a message to a mail server; return what it answered, or raise NotDelivered."""
    found = await find_address(receiver.host, receiver.port, may_be_here=receiver.may_be_here)
    mail = mail_of(message, sender=receiver.sender, recipients=receiver.recipients, list_name=destination)
    return await asyncio.get_running_loop().run_in_executor(
        _threads, _hand_over, receiver, found.address, mail
    )


class _Connection(smtplib.SMTP):
    """A connection to an address that was looked up, whose certificate has the server's name."""

    def __init__(self, receiver: MailServer, address: str) -> None:
        self._address = address
        self._security = receiver.security
        self._trust = trusting(receiver.certificates)
        super().__init__(
            receiver.host.strip("[]"),
            receiver.port,
            local_hostname=socket.gethostname(),
            timeout=_STEP_SECONDS,
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = socket.create_connection((self._address, port), timeout)
        if self._security is not MailSecurity.TLS:
            return made
        return self._trust.wrap_socket(made, server_hostname=host)

    def agree(self) -> None:
        """Say hello, and encrypt what follows where that is wanted."""
        self.ehlo_or_helo_if_needed()
        if self._security is MailSecurity.START_TLS:
            self.starttls(context=self._trust)
            self.ehlo()


def _hand_over(receiver: MailServer, address: str, mail: EmailMessage) -> str:
    try:
        with _Connection(receiver, address) as connection, _cut_off(connection):
            connection.agree()
            if receiver.user:
                connection.login(receiver.user, receiver.password)
            return _give(connection, receiver, mail)
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered(
            f"{receiver.host} refuses the user name or the password: {_answer(error)}"
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotDelivered(f"{receiver.host} does not offer what is wanted: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"{receiver.host} answered {_answer(error)}") from error
    except ssl.SSLError as error:
        raise refusal_of(receiver.host, error) from error
    except TimeoutError as error:
        raise NotDelivered(f"{receiver.host} did not answer in time.") from error
    except OSError as error:
        raise NotDelivered(f"{receiver.host}, port {receiver.port}: {_reason(error)}") from error


def _give(connection: _Connection, receiver: MailServer, mail: EmailMessage) -> str:
    """Give the mail; it is delivered where one recipient at least was taken."""
    _expect(receiver, *connection.mail(receiver.sender))
    refused = []
    for recipient in receiver.recipients:
        code, said = connection.rcpt(recipient)
        if code not in {250, 251}:
            refused.append(f"{recipient}: {code} {_decoded(said)}")
    if len(refused) == len(receiver.recipients):
        raise NotDelivered(f"{receiver.host} takes no recipient. {'; '.join(refused)}", is_of_message=True)
    code, said = connection.data(mail.as_bytes())
    _expect(receiver, code, said)
    without = f" Without {'; '.join(refused)}" if refused else ""
    return f"{code} {_decoded(said)}{without}"


def _expect(receiver: MailServer, code: int, said: bytes) -> None:
    if code != 250:
        raise NotDelivered(f"{receiver.host} answered {code} {_decoded(said)}", is_of_message=True)


@contextmanager
def _cut_off(connection: _Connection) -> Iterator[None]:
    """Close the connection when the time is over: a server that answers byte by byte would never time out."""
    timer = threading.Timer(_WHOLE_SECONDS, _shut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: _Connection) -> None:
    if connection.sock is not None:
        with suppress(OSError):  # it may have been closed meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)


def _answer(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_decoded(error.smtp_error)}"


def _decoded(said: bytes | str) -> str:
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:_MOST_CHARACTERS]


def _reason(error: OSError) -> str:
    """Return in words what went wrong; smtplib's own errors are OSErrors too."""
    return (
        "it hung up."
        if isinstance(error, smtplib.SMTPServerDisconnected)
        else f"{_decoded(why_unreachable(error))}."
    )
