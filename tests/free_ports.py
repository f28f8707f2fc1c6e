"""Ports for servers that are started in a moment."""

import secrets
import socket
from pathlib import Path

ADDRESS = "127.0.0.1"
_LOWEST = 10_000
_HIGHEST = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]) - 1
"""Those above are given to connections, by chance: one of them may be taken before the server listens at it."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that nobody listens at."""
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST + 1)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
            return port
