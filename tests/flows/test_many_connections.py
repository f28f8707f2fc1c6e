"""Many phones call in the same second: none of them is left standing before the door."""

import os
import signal
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.flows.asking import ask
from tests.flows.installation import Installation

FIRST_FILE = "/ipp/dhcpoption160.cfg"
# asyncio would let 100 wait. The kernel lets one that does not fit try again after a second.
CALLERS = 1000
SOONER_THAN_A_SECOND_TRY = 0.9


@pytest.mark.parametrize("ringmaster", ["sqlite"], indirect=True)
def test_a_thousand_callers_wait_in_line_while_the_plane_is_busy(ringmaster: Installation) -> None:
    place = urlsplit(ringmaster.phone_url)
    worker = ringmaster.process("plane worker")
    with ExitStack() as calls:
        os.kill(worker, signal.SIGSTOP)
        calls.callback(os.kill, worker, signal.SIGCONT)
        for _ in range(CALLERS):
            calls.enter_context(
                socket.create_connection((place.hostname, place.port), timeout=SOONER_THAN_A_SECOND_TRY)
            )
    assert ask(f"{ringmaster.phone_url}{FIRST_FILE}").status == 200
