"""How a scheduler process names itself to those that it competes with."""

import os
import secrets
import socket


def process_name() -> str:
    """Return a name that no other process has, and that says which one this is."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"
