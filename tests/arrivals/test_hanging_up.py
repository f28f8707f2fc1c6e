"""A sender who sends too few bytes is hung up on, so that reading from him ends."""

import socket

from app.arrivals.hanging_up import LEAST_BYTES, hung_up_when_stalled


def test_reading_from_a_sender_who_stalls_ends():
    sender, receiver = socket.socketpair()
    with sender, receiver:
        sender.send(b"a little")
        with hung_up_when_stalled({"gunicorn.socket": receiver}, every=0.01) as progress:
            progress.taken = len(receiver.recv(100))
            assert receiver.recv(100) == b""


def test_a_sender_who_keeps_up_is_heard_to_the_end():
    sender, receiver = socket.socketpair()
    with sender, receiver:
        with hung_up_when_stalled({"gunicorn.socket": receiver}, every=30) as progress:
            progress.taken = LEAST_BYTES
        sender.send(b"more")
        assert receiver.recv(100) == b"more"


def test_a_server_without_a_socket_of_its_own_has_nothing_to_hang_up():
    with hung_up_when_stalled({}, every=0.01) as progress:
        progress.taken = 1
