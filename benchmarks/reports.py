"""The keep-alives that are sent: one for each of many known phones, as the simulator's phones write them."""

import random
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from simulator import identity, payloads, users
from simulator.identity import Hardware, Identity, Train
from simulator.payloads import JsonStyle, Status
from simulator.settings import Settings

PATH = "/rest/v1/ipphoneMgrStatus/keep-alive"
TENANT = "Acme"
MARK = "@" * 12
"""Stands in each body for a tag of 8 characters and a lap of 4, which the generator writes in its place.

Reports with another tag, or of another time round the phones, say something else than before.
"""
SEED_TAG = "00000000"
FIRST_LAP = "0000"

_FIRST_MAC = "00908f000001"
_DOMAIN = "example.com"
_MODELS = (("430HD", 2), ("440HD", 1), ("450HD", 2))
_NETWORK = IPv4Network("10.0.0.0/14")


def macs(count: int) -> list[str]:
    """Return the MACs of the phones, in the order in which they report."""
    return list(identity.macs(_FIRST_MAC, count))


def bodies(count: int) -> Iterator[bytes]:
    """Yield a report of each phone, on one line, with the mark in its location."""
    rng = random.Random(1)
    for number, made in enumerate(_identities(count, rng)):
        yield _body(number, made, rng)


def seed_bodies(count: int) -> Iterator[bytes]:
    """Yield what each phone said last before anything is measured."""
    said = f"{SEED_TAG}{FIRST_LAP}".encode()
    return (body.replace(MARK.encode(), said) for body in bodies(count))


def write_bodies(file: Path, count: int) -> None:
    """Write the reports for a generator, a line each."""
    file.write_bytes(b"\n".join(bodies(count)) + b"\n")


def _identities(count: int, rng: random.Random) -> Iterator[Identity]:
    models = identity.shared_out(_MODELS, count)
    addresses = identity.addresses([_NETWORK], count)
    for mac, model, address in zip(macs(count), models, addresses, strict=True):
        yield identity.make_identity(mac, model, Train.UC, address, rng)


def _body(number: int, made: Identity, rng: random.Random) -> bytes:
    hardware, settings = Hardware(made), Settings(vlan_id="100")
    members = payloads.credentials(settings, rng) | payloads.phone_members(hardware, settings)
    members |= {"region": TENANT, "status": Status.REGISTERED}
    members |= payloads.user_members(users.user(number, _DOMAIN), Train.UC)
    members |= {
        "location": f"Desk {number}, {MARK}",
        "BToEpairingstatus": "auto paired",
        "BToEversion": "2.1.0.0",
        "USBHeadsetType": "Jabra EVOLVE 30 II",
        "HRSSpeakerModel": "457",
        "HRSSpeakerFW": "1.2.3",
    }
    return payloads.report_text(members, JsonStyle.STRICT).replace(b"\n", b" ")
