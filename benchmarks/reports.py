"""The keep-alives that are sent: one for each of many known phones, as the simulator's phones write them."""

import random
from collections.abc import Iterator
from ipaddress import IPv4Network

from benchmarks.asks import MARK, Ask
from simulator import identity, payloads, users
from simulator.identity import Hardware, Identity, Train
from simulator.payloads import JsonStyle, Status
from simulator.settings import Settings

PATH = "/rest/v1/ipphoneMgrStatus/keep-alive"
TENANT = "Acme"
SEED_TAG = "00000000"
FIRST_LAP = "0000"
# What real phones say of their JSON.
_FORM = "Content-Type: application/x-www-form-urlencoded"

_FIRST_MAC = 0x00908F000000
_MAC_STEP = 16
_DOMAIN = "example.com"
MODELS = (("430HD", 2), ("440HD", 1), ("450HD", 2))
_NETWORK = IPv4Network("10.0.0.0/14")


def macs(count: int) -> list[str]:
    """Return the MACs of the phones, in the order in which they report; the last digit of each is 0."""
    return [f"{_FIRST_MAC + number * _MAC_STEP:012x}" for number in range(count)]


def bodies(count: int) -> Iterator[bytes]:
    """Yield a report of each phone, on one line, with the mark in its location.

    Reports with another tag, or of another time round the phones, say something else than before.
    """
    rng = random.Random(1)
    for number, made in enumerate(_identities(count, rng)):
        yield _body(number, made, rng)


def seed_bodies(count: int) -> Iterator[bytes]:
    """Yield what each phone said last before anything is measured."""
    said = f"{SEED_TAG}{FIRST_LAP}".encode()
    return (body.replace(MARK.encode(), said) for body in bodies(count))


def asks(count: int) -> Iterator[Ask]:
    """Yield the requests that bring the reports: a report of each phone, with the mark in it."""
    return (Ask("POST", PATH, body, (_FORM,)) for body in bodies(count))


def _identities(count: int, rng: random.Random) -> Iterator[Identity]:
    models = identity.shared_out(MODELS, count)
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
