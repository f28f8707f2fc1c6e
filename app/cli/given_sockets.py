"""Sockets that systemd opened and keeps open: who calls while Ringmaster is started again waits, and is answered.

systemd hands them over from file descriptor 3 on (sd_listen_fds(3)), with the names of their units.
"""

import os
import socket

from app.errors import InvalidInputError

WEB, PHONES = "web", "phones"
_FIRST = 3
_VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def given_socket(name: str) -> socket.socket | None:
    """Return the listening socket of this name, None where this process was given none at all.

    InvalidInputError where others were given and this one is missing: its port would be another one than people think.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    if name not in names:
        raise InvalidInputError(
            f"systemd gave no socket with the name {name} (FileDescriptorName={name}), but {', '.join(names)}. See "
            "deploy/systemd."
        )
    given = socket.socket(fileno=_FIRST + names.index(name))
    given.set_inheritable(False)
    return given


def forget_given_sockets() -> None:
    """Take what systemd said out of the environment: it is not for those that are started from here."""
    for variable in _VARIABLES:
        os.environ.pop(variable, None)
