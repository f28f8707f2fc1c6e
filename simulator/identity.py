"""What a phone is by itself: model, firmware, MAC, address, and how it names itself to servers."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from simulator.errors import InvalidOptionError

LAST_MAC = 0xFFFFFFFFFFFF
_MAC = re.compile(r"[0-9a-fA-F]{12}")


class Train(StrEnum):
    """The two families of firmware: Skype for Business (``UC_…`` versions) and generic SIP."""

    UC = "uc"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the 400HD family: its firmware in both trains, the forms of its generic User-Agent."""

    uc_version: str
    generic_version: str = "2.2.16.142"
    generic_forms: tuple[str, ...] = ("AUDC-IPPhone/{version} ({model}; {mac})",)
    uc_form: str = "AUDC-IPPhone-{model}_{version}/1.0.0000.0"


MODELS = {
    "405": Model("UC_2.0.13.121", "2.2.8.61"),
    "420HD": Model(
        "UC_2.0.13.121",
        generic_forms=(
            "AUDC-IPPhone/{version} ({model}; {mac})",
            "AUDC-IPPhone/{version} ({model}G; {mac})",
            "Genesys /{version} ({model}G-Rev2-AC494; {mac})",
        ),
    ),
    "430HD": Model("UC_2.0.13.121"),
    "440HD": Model(
        "UC_2.0.13.121",
        generic_forms=(
            "AUDC-IPPhone/{version} ({model}; {mac})",
            "AUDC-IPPhone/{version} ({model}G-Rev0; {mac})",
        ),
    ),
    "445HD": Model("UC_3.1.0.478"),
    "450HD": Model("UC_3.1.0.478"),
    "C450HD": Model("UC_3.4.6.604", uc_form="AUDC/{number} AUDC-IPPhone-{model}_{version}/1"),
    "HRS": Model("UC_3.1.0.478"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One phone as it leaves the factory, with the address its network gave it."""

    mac: str
    model: str
    firmware_version: str
    generic_form: str
    ip: str
    subnet_mask: str


def train_of(firmware_version: str) -> Train:
    """The train that a firmware version belongs to."""
    return Train.UC if firmware_version.startswith("UC_") else Train.GENERIC


class Hardware:
    """A phone's body and the firmware in it, which an upgrade changes."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.firmware_version = identity.firmware_version

    @property
    def train(self) -> Train:
        """The train of the firmware that runs."""
        return train_of(self.firmware_version)

    @property
    def mac_as_written(self) -> str:
        """The MAC as the firmware writes it in names and reports: lower case in UC, upper case in generic."""
        return self.identity.mac if self.train is Train.UC else self.identity.mac.upper()

    @property
    def user_agent(self) -> str:
        """How the phone names itself (the forms of protocol 7.4)."""
        is_uc = self.train is Train.UC
        form = MODELS[self.identity.model].uc_form if is_uc else self.identity.generic_form
        return form.format(
            model=self.identity.model,
            version=self.firmware_version,
            number=self.firmware_version.removeprefix("UC_"),
            mac=self.identity.mac.upper(),
        )


def make_identity(
    mac: str, model: str, train: Train, address: tuple[str, str], rng: random.Random
) -> Identity:
    """Make one phone; ``address`` is its IP and subnet mask."""
    made = MODELS[model]
    return Identity(
        mac=mac,
        model=model,
        firmware_version=made.uc_version if train is Train.UC else made.generic_version,
        generic_form=rng.choice(made.generic_forms),
        ip=address[0],
        subnet_mask=address[1],
    )


def macs(start: str, count: int) -> Sequence[str]:
    """``count`` MACs in a row, lower case; raises InvalidOptionError when ``start`` is none."""
    if not _MAC.fullmatch(start):
        raise InvalidOptionError(f'"{start}" is not a MAC address of 12 hexadecimal digits.')
    first = int(start, 16)
    if first + count - 1 > LAST_MAC:
        raise InvalidOptionError(f"There are no {count} MAC addresses from {start} on; start lower.")
    return [f"{number:012x}" for number in range(first, first + count)]


def addresses(networks: Sequence[IPv4Network], count: int) -> Sequence[tuple[str, str]]:
    """An IP and subnet mask for each phone, the networks taken in turn; raises when one is too small."""
    chosen = []
    for index in range(count):
        network = networks[index % len(networks)]
        host = index // len(networks) + 1
        if host >= network.num_addresses - 1:
            raise InvalidOptionError(f"The network {network} has no room for the phones; give a larger one.")
        chosen.append((str(network.network_address + host), str(network.netmask)))
    return chosen


def shared_out(weights: Sequence[tuple[str, int]], count: int) -> Iterator[str]:
    """Model names in proportion to their weights, evenly mixed: any run of them keeps the proportion."""
    credit = dict.fromkeys((name for name, _ in weights), 0)
    total = sum(weight for _, weight in weights)
    for _ in range(count):
        for name, weight in weights:
            credit[name] += weight
        chosen = max(credit, key=lambda name: credit[name])
        credit[chosen] -= total
        yield chosen
