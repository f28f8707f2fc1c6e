"""The network of the tests: open to this machine, closed to all others."""

import socket

import pytest

STRANGER = ("192.0.2.1", 9)  # RFC 5737: an address that belongs to nobody


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_connecting_to_another_machine_fails_the_test(method):
    with socket.socket() as outgoing, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        getattr(outgoing, method)(STRANGER)


def test_sending_a_datagram_to_another_machine_fails_the_test():
    with (
        socket.socket(type=socket.SOCK_DGRAM) as outgoing,
        pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"),
    ):
        outgoing.sendto(b"trap", STRANGER)


def test_asking_for_the_address_of_a_name_fails_the_test():
    with pytest.raises(pytest.fail.Exception, match=r"mail\.acme\.example"):
        socket.create_connection(("mail.acme.example", 25))


def test_the_loopback_address_is_reached():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        accepted, address = server.accept()
        accepted.close()
        assert address == client.getsockname()


def test_a_unix_socket_is_reached(tmp_path):
    address = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(address)
        server.listen()
        client.connect(address)
        assert client.getpeername() == address
