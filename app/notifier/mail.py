"""Mail: handed to a server by SMTP, and what the server answered."""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

from app.notifier.addresses import find_address
from app.notifier.answers import shown
from app.notifier.failures import NotDelivered, why_unreachable
from app.notifier.smtp import Connection, NoSmtpError, connected
from app.notifier.trust import refusal_of
from app.rendering.notices.mail import mail_of
from app.rendering.notices.message import Message
from app.rules.receivers import MailServer

_AT_ONCE = 16
# Of their own: a mail server that answers slowly keeps a thread, and others must not run out of them.
_threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mail")


async def send(receiver: MailServer, message: Message, destination: str) -> str:
    """Hand a message to a mail server; return what it answered, or raise NotDelivered."""
    found = await find_address(receiver.host, receiver.port, may_be_here=receiver.may_be_here)
    mail = mail_of(message, sender=receiver.sender, recipients=receiver.recipients, list_name=destination)
    return await asyncio.get_running_loop().run_in_executor(
        _threads, _hand_over, receiver, found.address, mail
    )


def _hand_over(receiver: MailServer, address: str, mail: EmailMessage) -> str:
    try:
        with connected(receiver, address) as connection:
            if receiver.user:
                _sign_in(connection, receiver)
            return _give(connection, receiver, mail)
    except smtplib.SMTPException as error:
        raise _refusal(receiver, error) from error
    except ssl.SSLError as error:
        raise refusal_of(receiver.host, error) from error
    except TimeoutError as error:
        raise NotDelivered(f"{receiver.host} did not answer in time.") from error
    except OSError as error:
        raise NotDelivered(
            f"{receiver.host}, port {receiver.port}: {shown(why_unreachable(error))}."
        ) from error


def _sign_in(connection: Connection, receiver: MailServer) -> None:
    """Sign in as the receiver wants it; smtplib knows ASCII alone, and believes that what it is asked is Base64."""
    try:
        connection.login(receiver.user, receiver.password)
    except UnicodeEncodeError as error:
        raise NotDelivered(
            f"{receiver.host} cannot be told the user name or the password: a letter in it is none of ASCII."
        ) from error
    except ValueError as error:
        raise NotDelivered(f"{receiver.host} asks for the password in a way that cannot be read.") from error


def _give(connection: Connection, receiver: MailServer, mail: EmailMessage) -> str:
    """Give the mail; it is delivered where one recipient at least was taken."""
    _expect(receiver, *connection.mail(receiver.sender))
    refused = []
    for recipient in receiver.recipients:
        code, said = connection.rcpt(recipient)
        if code not in {250, 251}:
            refused.append(f"{recipient}: {code} {_shown(receiver, said)}")
    if len(refused) == len(receiver.recipients):
        raise NotDelivered(f"{receiver.host} takes no recipient. {'; '.join(refused)}", is_of_message=True)
    code, said = connection.data(mail.as_bytes())
    _expect(receiver, code, said)
    without = f" Without {'; '.join(refused)}" if refused else ""
    return f"{code} {_shown(receiver, said)}{without}"


def _expect(receiver: MailServer, code: int, said: bytes) -> None:
    if code != 250:
        raise NotDelivered(f"{receiver.host} answered {code} {_shown(receiver, said)}", is_of_message=True)


def _refusal(receiver: MailServer, error: smtplib.SMTPException) -> NotDelivered:
    match error:
        case smtplib.SMTPAuthenticationError():
            said = f"refuses the user name or the password: {_answer(receiver, error)}"
        case smtplib.SMTPResponseException():
            said = f"answered {_answer(receiver, error)}"
        case smtplib.SMTPNotSupportedError():
            said = f"does not offer what is wanted: {error}"
        case smtplib.SMTPServerDisconnected():
            return NotDelivered(f"{receiver.host}, port {receiver.port}: it hung up.")
        case NoSmtpError():
            said = "answers with what is no SMTP. Check that a mail server has this port."
        case _:
            said = f"does not let this server sign in: {_shown(receiver, str(error))}"
    return NotDelivered(f"{receiver.host} {said}")


def _answer(receiver: MailServer, error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_shown(receiver, error.smtp_error)}"


def _shown(receiver: MailServer, said: bytes | str) -> str:
    return shown(said, (receiver.password, f"\0{receiver.user}\0{receiver.password}"))
