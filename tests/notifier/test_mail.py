"""Mail, handed to a real server."""

import asyncio

import pytest

from app.notifier import mail
from app.notifier.failures import NotDelivered
from app.rules.receivers import MailSecurity, MailServer
from tests.notifier.conftest import make_message
from tests.receivers import mail_server


def receiver(port, **changed):
    values = {
        "host": "localhost", "port": port, "security": MailSecurity.PLAIN, "sender": "rm@acme.com",
        "recipients": ["noc@acme.com"], "may_be_here": True,
    }  # fmt: skip
    return MailServer(**{**values, **changed})


def send(to, message=None):
    return asyncio.run(mail.send(to, message or make_message(), "Operations"))


def refusal(to):
    with pytest.raises(NotDelivered) as raised:
        send(to)
    return raised.value


def test_it_arrives_with_what_the_server_answered():
    with mail_server() as server:
        assert send(receiver(server.port)) == "250 2.0.0 Ok: queued as 4711"
    (received,) = server.mails
    assert received["Subject"] == "[CRITICAL] IPPhone Register Failure: 00908f123456, emea/Berlin"
    assert (received["To"], received["From"]) == ("noc@acme.com", "rm@acme.com")
    assert server.raw[0].isascii()


@pytest.mark.parametrize("security", [MailSecurity.START_TLS, MailSecurity.TLS])
def test_it_signs_in_over_tls_with_a_certificate_of_an_own_authority(authority, security):
    option = {"tls": authority} if security is MailSecurity.START_TLS else {"at_once": authority}
    with mail_server(**option, auth=security is MailSecurity.START_TLS) as server:
        signed_in = {"user": "anna", "password": "secret"} if security is MailSecurity.START_TLS else {}
        to = receiver(server.port, security=security, certificates=authority.text, **signed_in)
        assert send(to).startswith("250 ")
        assert "certificate of localhost is not trusted" in str(
            refusal(receiver(server.port, security=security))
        )
    assert len(server.mails) == 1


def test_a_wrong_password_is_said_and_never_shown(authority):
    with mail_server(tls=authority, auth=True) as server:
        to = receiver(
            server.port,
            security=MailSecurity.START_TLS,
            certificates=authority.text,
            user="anna",
            password="wr0ng",
        )
        error = refusal(to)
    assert "localhost refuses the user name or the password: 535" in str(error)
    assert "wr0ng" not in str(error)
    assert not error.is_of_message


def test_a_server_without_starttls_gets_nothing(authority):
    with mail_server() as server:
        error = refusal(
            receiver(server.port, security=MailSecurity.START_TLS, user="anna", password="secret")
        )
    assert "does not offer what is wanted" in str(error)
    assert server.mails == []


def test_who_is_known_gets_it_though_another_is_not():
    with mail_server() as server:
        answer = send(receiver(server.port, recipients=["nobody@acme.com", "noc@acme.com"]))
        assert answer.endswith("Without nobody@acme.com: 550 5.1.1 no such user")
        error = refusal(receiver(server.port, recipients=["nobody@acme.com"]))
    assert error.is_of_message
    assert len(server.mails) == 1


def test_a_server_that_refuses_the_mail_or_is_not_there_is_said():
    with mail_server() as server:
        server.answer = "451 4.7.1 come again later"
        error = refusal(receiver(server.port))
        assert (str(error), error.is_of_message) == ("localhost answered 451 4.7.1 come again later", True)
    error = refusal(receiver(server.port))
    assert (str(error), error.is_of_message) == (
        f"localhost, port {server.port}: it refuses connections.",
        False,
    )


def test_what_a_tenant_entered_leads_neither_to_this_machine_nor_to_its_link():
    for host in ("localhost", "127.0.0.1", "169.254.169.254", "::1", "[::ffff:127.0.0.1]", "0.0.0.0"):
        error = refusal(receiver(25, host=host, may_be_here=False))
        assert "an address of this server or its link" in str(error)
