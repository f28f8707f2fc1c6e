"""Receivers that answer what they should not: what fuzzing found, and what is to be kept of them."""

import asyncio
import time
import tracemalloc
from base64 import b64encode

import pytest

from app.notifier import mail, smtp, webhook
from app.notifier.answers import shown
from app.notifier.failures import NotDelivered
from app.rules.receivers import MailSecurity, MailServer, WebHook
from tests.fuzzing.odd_server import DRIPPING, ENDLESS, HANGS_UP, with_a_server
from tests.fuzzing.said_by_receivers import HTTP_ANSWERS, MAIL_THAT_IS_TAKEN, PASSWORD
from tests.notifier.conftest import make_message

GREETING, HELLO, SIGNED_IN, SENDER, RECIPIENT, GO_ON, TAKEN, BYE = MAIL_THAT_IS_TAKEN
MOST_BYTES = 4 * 1024 * 1024


@pytest.fixture
def quick(monkeypatch):
    """Wait less for whoever does not answer."""
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.4)
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.8)
    monkeypatch.setattr(webhook, "_WHOLE_SECONDS", 0.8)


def mailed(*said, password=PASSWORD, security=MailSecurity.PLAIN):
    """Return what comes of a mail to a server that says this."""

    def send(port):
        to = MailServer(
            host="localhost", port=port, security=security, user="anna", password=password, sender="rm@acme.com",
            recipients=["noc@acme.com"], may_be_here=True,
        )  # fmt: skip
        return mail.send(to, make_message(), "Operations")

    return outcome(send, said, greets=True)


def posted(*said):
    """Return what comes of a message to a web hook that says this."""

    def send(port):
        to = WebHook(
            url=f"http://localhost:{port}/x",
            secret="signing",
            authorization=f"Bearer {PASSWORD}",
            may_be_here=True,
        )
        return webhook.send(to, make_message())

    return outcome(send, said)


def outcome(send, said, **options):
    kept = []

    async def converse(port):
        try:
            kept.append(await send(port))
        except NotDelivered as error:
            kept.append(error)

    asyncio.run(with_a_server(said, converse, **options))
    return kept[0]


@pytest.mark.parametrize("security", MailSecurity)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_mail_server_that_answers_byte_by_byte_is_cut_off_from_its_greeting_on(quick, security, step):
    said = [*MAIL_THAT_IS_TAKEN[:step], b"250-one\r\n" + DRIPPING]
    began = time.monotonic()
    error = mailed(*said, security=security)
    assert time.monotonic() - began < 5
    assert isinstance(error, NotDelivered)
    if security is MailSecurity.PLAIN:
        assert str(error) == "localhost did not answer in time."


def test_a_mail_server_whose_answer_has_no_end_is_not_heard_out(quick):
    for endless in (b"250-and more\r\n" + ENDLESS, b"a" * 40 + ENDLESS):
        tracemalloc.start()
        error = mailed(GREETING, endless)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert str(error).startswith("localhost answers with what is no SMTP.")
        assert most < MOST_BYTES


@pytest.mark.parametrize("bye", [b"500 what?\r\n", b"x\r\n", b"250-\r\n" + DRIPPING, HANGS_UP])
def test_what_is_answered_to_the_goodbye_does_not_undo_a_mail_that_was_taken(quick, bye):
    """It would be sent again, and again."""
    assert mailed(GREETING, HELLO, SIGNED_IN, SENDER, RECIPIENT, GO_ON, TAKEN, bye) == "250 2.0.0 queued"


def test_a_mail_server_that_is_silent_is_told_from_one_that_hangs_up(quick):
    assert str(mailed(GREETING, HELLO, b"")) == "localhost did not answer in time."
    assert str(mailed(GREETING, HELLO, HANGS_UP)).endswith(": it hung up.")


@pytest.mark.parametrize("challenge", [b"334 a\r\n", b"334 \xff\xff\xff\r\n"])
def test_a_question_for_the_password_that_is_no_base64_is_refused(challenge):
    error = mailed(GREETING, b"250-mail\r\n250 AUTH CRAM-MD5\r\n", challenge)
    assert isinstance(error, NotDelivered)


def test_a_password_with_other_letters_than_those_of_ascii_is_refused_with_a_sentence():
    error = mailed(GREETING, b"250-mail\r\n250 AUTH PLAIN\r\n", password="süß")
    assert (
        str(error)
        == "localhost cannot be told the user name or the password: a letter in it is none of ASCII."
    )


@pytest.mark.parametrize(
    "said",
    [
        PASSWORD.encode(),
        b64encode(PASSWORD.encode()),
        b64encode(f"\0anna\0{PASSWORD}".encode()),
        b"open-\0ses\x07ame",
    ],
)
def test_a_password_that_a_server_says_again_is_not_kept(said):
    refused = mailed(GREETING, HELLO, b"535 wrong: " + said + b" is not it\r\n")
    assert "535 wrong: ••••••" in str(refused)
    taken = mailed(GREETING, HELLO, SIGNED_IN, SENDER, RECIPIENT, GO_ON, b"250 ok " + said + b"\r\n", BYE)
    assert str(taken).startswith("250 ok ••••••")
    hook = posted(b"HTTP/1.1 200 OK\r\n\r\nsent: Bearer " + said)
    assert "••••••" in str(hook)
    for text in (refused, taken, hook):
        assert PASSWORD not in str(text)


def test_a_password_that_is_cut_by_the_end_is_not_kept_in_part():
    assert shown("a" * 298 + PASSWORD, [PASSWORD]) == "a" * 298 + "••"


def test_what_no_database_keeps_is_left_out_of_answers():
    taken = mailed(*MAIL_THAT_IS_TAKEN[:6], b"250 \0queued\x1b[31m \xff\xed\xa0\x80\r\n", BYE)
    assert taken == "250 queued [31m \ufffd\ufffd\ufffd\ufffd"
    error = posted(b"HTTP/1.1 500 \xff\0no\r\nContent-Length: 0\r\n\r\n")
    assert "\0" not in str(error)
    assert str(error).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 9\r\n\r\n" + HANGS_UP,
        b"Content-Length: 9\r\n\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_a_web_hook_that_said_200_has_the_message_whatever_its_body_is(quick, body):
    """It would be sent again, and again."""
    assert posted(b"HTTP/1.1 200 OK\r\n" + body, b"") == "200 OK"


@pytest.mark.parametrize("answer", [said for said in HTTP_ANSWERS if b"gzip" in said or b"deflate" in said])
def test_a_web_hook_does_not_have_what_it_packs_unpacked(answer):
    tracemalloc.start()
    assert posted(answer) == "200 OK"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < MOST_BYTES


def test_a_web_hook_that_speaks_another_language_is_said():
    assert str(posted(b"220 mail ESMTP\r\n\r\n")) == "localhost answers with what is no HTTP."
