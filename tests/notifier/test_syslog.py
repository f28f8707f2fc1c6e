"""Syslog, sent to real sockets."""

import asyncio

import pytest

from app.notifier import syslog
from app.notifier.failures import NotDelivered
from app.rules.receivers import SyslogReceiver, Transport
from tests.notifier.conftest import make_message
from tests.receivers import stream_listener, udp_listener, until


def receiver(port, transport, **changed):
    values = {"host": "localhost", "port": port, "transport": transport, "facility": 16, "may_be_here": True}
    return SyslogReceiver(**{**values, **changed})


def send(to, message=None):
    return asyncio.run(syslog.send(to, message or make_message()))


def test_udp_has_one_message_in_a_datagram():
    with udp_listener() as listener:
        assert "nobody says whether it arrived" in send(receiver(listener.port, Transport.UDP))
        until(lambda: listener.received)
    assert listener.received[0].startswith(b"<129>1 2026-03-09T14:05:06.000Z ")


def test_tcp_counts_octets():
    with stream_listener() as listener:
        for is_active in (True, False):
            send(receiver(listener.port, Transport.TCP), make_message(is_active=is_active))
        until(lambda: len(listener.received) == 2)
    for content, word in zip(listener.received, (b"RAISE-ALARM", b"CLEAR-ALARM"), strict=True):
        length, _, message = content.partition(b" ")
        assert int(length) == len(message)
        assert word in message


def test_tls_trusts_whom_it_is_told_to(authority):
    with stream_listener(authority) as listener:
        send(receiver(listener.port, Transport.TLS, certificates=authority.text))
        until(lambda: b"RAISE-ALARM" in b"".join(listener.received))
        with pytest.raises(NotDelivered, match="certificate of localhost is not trusted"):
            send(receiver(listener.port, Transport.TLS))


@pytest.mark.parametrize("transport", Transport)
def test_who_does_not_listen_is_said(transport):
    with stream_listener() as listener:
        port = listener.port
    with pytest.raises(NotDelivered, match=f"localhost, port {port}: it refuses connections"):
        send(receiver(port, transport))
