"""Connections of one line, or of all: dialled, kept for the next request, hung up."""

import ssl
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from simulator.http_client import Origin
from simulator.wire import Wire, open_wire


class Trust:
    """Which servers are believed over TLS; made once for all connections, and only when the first one needs it."""

    def __init__(self, ca_file: Path | None, *, verifies: bool) -> None:
        self._ca_file = ca_file
        self._verifies = verifies

    @cached_property
    def context(self) -> ssl.SSLContext:
        """The one context: making it reads the whole list of authorities."""
        context = ssl.create_default_context(cafile=None if self._ca_file is None else str(self._ca_file))
        if self._ca_file is None and not self._verifies:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Switchboard:
    """Connects to servers, from an address of this machine if one is given, and keeps what can be used again."""

    def __init__(self, trust: Trust, from_ip: str = "", *, keeps: bool) -> None:
        self._trust = trust
        self._from_ip = from_ip
        self._keeps = keeps
        self._kept: defaultdict[Origin, list[Wire]] = defaultdict(list)

    def kept(self, origin: Origin) -> Wire | None:
        """Return a connection that is open and idle, if there is one; it is in use from then on."""
        wires = self._kept[origin]
        while wires:
            wire = wires.pop()
            if wire.is_open and not wire.received:
                return wire
            wire.close()
        return None

    async def dial(self, origin: Origin) -> Wire:
        """Return a new connection; raises OSError when there is none to be had."""
        tls = self._trust.context if origin.scheme == "https" else None
        return await open_wire(origin.host, origin.port, tls, self._from_ip)

    def give_back(self, origin: Origin, wire: Wire, *, is_usable: bool) -> None:
        """Keep a connection for the next request, or hang up."""
        if is_usable and self._keeps:
            self._kept[origin].append(wire)
        else:
            wire.close()

    def close(self) -> None:
        """Hang up all that is kept."""
        for wires in self._kept.values():
            for wire in wires:
                wire.close()
        self._kept.clear()
