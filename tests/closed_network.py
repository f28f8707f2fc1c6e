"""Closes the network to the tests: they reach this machine and nothing else."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

INTERNET_FAMILIES = {socket.AF_INET, socket.AF_INET6}


def is_this_machine(host: str) -> bool:
    """Whether a host, given as an address or as a name, is the loopback interface."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(host: object) -> None:
    # A failure of pytest is no Exception: the code under test cannot take it for an unreachable host.
    pytest.fail(f"A test tried to reach {host!r}; tests reach 127.0.0.1, ::1 and unix sockets only.")


def _guarded(send: Callable[..., Any]) -> Callable[..., Any]:
    """Guard a method of a socket whose last argument is the address of the other side."""

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        if self.family in INTERNET_FAMILIES and not is_this_machine(arguments[-1][0]):
            _refuse(arguments[-1])
        return send(self, *arguments)

    return guarded


def _resolving_only_this_machine(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not is_this_machine(name) and not _is_address(name):
            _refuse(name)
        return resolve(host, *arguments, **options)

    return getaddrinfo


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@contextmanager
def closed_network() -> Iterator[None]:
    """Let a test fail that connects or sends to another machine, or asks for the address of a name."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _resolving_only_this_machine(socket.getaddrinfo))
        yield
