"""Everything that can be chosen about a fleet, with its defaults."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import Path

from simulator.errors import InvalidOptionError
from simulator.identity import MODELS

_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEADER_VALUE = re.compile(r"[ -~]{0,1000}")


class TrainMix(StrEnum):
    """Which firmware the phones run; ``mixed``: about half of each."""

    UC = "uc"
    GENERIC = "generic"
    MIXED = "mixed"


class Connections(StrEnum):
    """How phones connect: one connection per errand (as real ones), one per request, or a pool for all."""

    ERRAND = "errand"
    REQUEST = "request"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One fleet. Shares are between 0 and 1, exact to the nearest phone, and fall on phones by ``seed``.

    url: the string of DHCP option 160; rest_url: where reports go whatever a file says.
    own_addresses: connect from each phone's own address (the machine must have them: loopback networks do).
    period, check_every: instead of what the file says; poll_every: while a phone waits for its file.
    boot_over: time over which the first boots are spread; reboot_time: how long a restart takes.
    web_port: where each phone has its web pages, at its own address; None: it has none. unreachable, slow: shares of
    phones whose pages take no connection, and whose pages answer each request after slowness. telnet_port: where each
    phone has its command line, likewise.
    stay, away: mean time until a user signs out (or the phone vanishes) and until the return; None: never.
    open_registrar: generic phones register without credentials too.
    """

    url: str
    phones: int = 10
    seed: int = 1
    mac_start: str = "00908f000001"
    models: Sequence[tuple[str, int]] = (("430HD", 2), ("440HD", 1), ("450HD", 2))
    train: TrainMix = TrainMix.UC
    networks: Sequence[IPv4Network] = (IPv4Network("10.1.0.0/16"),)
    domain: str = "example.com"

    rest_url: str = ""
    headers: Sequence[tuple[str, str]] = ()
    connections: Connections = Connections.ERRAND
    own_addresses: bool = False
    concurrency: int = 100
    timeout: timedelta = timedelta(seconds=30)
    retry_pause: timedelta = timedelta(seconds=1)
    ca_file: Path | None = None
    verifies_certificates: bool = True
    posts_for_files: bool = False
    downloads_firmware: bool = False

    signs_in: bool = True
    open_registrar: bool = False
    boot_over: timedelta = timedelta(seconds=10)
    reboot_time: timedelta = timedelta(seconds=3)
    period: timedelta | None = None
    poll_every: timedelta = timedelta(seconds=10)
    check_every: timedelta | None = None

    trailing_commas: float = 0.3
    malformed: float = 0.0
    fails_to_register: float = 0.0
    vanish: float = 0.0
    keeps_firmware: float = 0.0
    dies_of_firmware: float = 0.0
    shared_desks: float = 0.0
    stay: timedelta | None = None
    away: timedelta | None = None
    alarms_per_hour: float = 0.0
    alarm_time: timedelta = timedelta(seconds=60)
    keys_per_hour: float = 0.0

    web_port: int | None = None
    telnet_port: int | None = None
    unreachable: float = 0.0
    slow: float = 0.0
    slowness: timedelta = timedelta(seconds=3)

    keeps_acknowledged: bool = False

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_models()
        self._check_headers()
        if self.own_addresses and self.connections is Connections.SHARED:
            raise InvalidOptionError("Phones that share connections cannot have addresses of their own.")

    def _check_numbers(self) -> None:
        for name in (
            "trailing_commas",
            "malformed",
            "fails_to_register",
            "vanish",
            "keeps_firmware",
            "dies_of_firmware",
            "shared_desks",
            "unreachable",
            "slow",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidOptionError(f"{name.replace('_', ' ')} is a share and lies between 0 and 1.")
        if self.phones < 1 or self.concurrency < 1:
            raise InvalidOptionError("There must be at least one phone and one connection at a time.")
        for name in ("alarms_per_hour", "keys_per_hour"):
            if getattr(self, name) < 0:
                raise InvalidOptionError(f"The number of {name.replace('_', ' ')} cannot be negative.")
        if not self.networks:
            raise InvalidOptionError(
                "Phones need a network to take their addresses from, such as 10.1.0.0/16."
            )

    def _check_models(self) -> None:
        for name, weight in self.models:
            if name not in MODELS:
                raise InvalidOptionError(f'There is no model "{name}"; there are {", ".join(MODELS)}.')
            if weight < 1:
                raise InvalidOptionError(f"The weight of {name} must be a whole number above 0.")
        if not self.models:
            raise InvalidOptionError("The fleet needs at least one model, such as 430HD:1.")

    def _check_headers(self) -> None:
        for name, value in self.headers:
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
                raise InvalidOptionError(f'"{name}: {value}" cannot be sent as a header.')
