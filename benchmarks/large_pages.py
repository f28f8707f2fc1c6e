"""The pages of an installation with a million phones that people wait for, each loaded again and again."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Tenant
from app.models.enums import Status
from app.services.devices_status.positions import Position
from benchmarks.large_fleet import TENANT
from benchmarks.servers import Server

LIST = "/devices-status/"
_SORTS = ("user", "ip", "model", "version", "tenant", "site", "reported", "location", "serial")
_WORDS: Mapping[str, str] = {
    "a word that all have": "example.com",
    "a word that a tenth has": "anna",
    "two words": "anna berg",
    "a word that one has": "user7777@",
    "a word that nobody has": "nobody",
    "two letters that nobody has": "q#",
    "a part of a MAC": "0f:1e",
    "a whole MAC": "00:90:8f:00:0f:1e",
    "a part of an address": "10.7.3.2",
    "a part of a number": "100077",
    "a user by name": "user:bruno",
    "one user by name": "user:user7778",
}
_SEARCHES: Mapping[str, str] = {
    "a user": "user7777@example.com",
    "a part of a user": "user7777",
    "a number": "+493010000777",
    "a MAC": "00908f0007",
    "an address": "10.7.3.12",
    "a serial number": "SN7777",
    "words of one phone": "berg 1040",
    "words of a tenth": "anna",
    "words of all": "example.com",
    "words of nobody": "nobody at all",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a page took: the first time, in the middle, in the slowest of twenty; the processor time of the web server
    and of PostgreSQL in the mean. Seconds. ``is_given_up`` where the search was given up."""

    title: str
    first: float
    middle: float
    slow: float
    web: float
    database: float
    is_given_up: bool


def addresses(session: Session, phones: int) -> Mapping[str, str]:
    """Return the addresses of the pages by what they are."""
    pages = {"Devices Status": LIST, "its page in the middle": _middle(session, phones)}
    pages |= {
        f"sorted by {name}, {direction}": _list(sort=name, direction=direction)
        for name in _SORTS
        for direction in ("asc", "desc")
    }
    pages |= {
        "of a tenant": _list(tenant=TENANT),
        "of a tenant, sorted by user": _list(tenant=TENANT, sort="user"),
        "of a site": _list(tenant=TENANT, site="Site 07-1"),
        "registered": _list(status=Status.REGISTERED.value),
        "disconnected": _list(status=Status.DISCONNECTED.value),
        "disconnected, of a tenant": _list(tenant=TENANT, status=Status.DISCONNECTED.value),
        "of a subnet": _list(ip="10.7.3.0/24"),
        "not on their firmware": _list(behind="yes"),
        "waiting for approval": _list(approval="pending"),
        "users with several phones": _list(several="yes"),
    }
    pages |= {f"with {title}": _list(q=word) for title, word in _WORDS.items()}
    pages |= {f"number of {title}": f"{LIST}count?{urlencode({'q': word})}" for title, word in _WORDS.items()}
    pages |= {
        "number of all": f"{LIST}count",
        "Dashboard": "/dashboard/",
        "Network Topology": "/topology/",
        "a tenant of it": f"/topology/?{urlencode({'tenant': TENANT})}",
        "a site of it": f"/topology/?{urlencode({'tenant': TENANT, 'site': 'Site 07-1'})}",
        "a subnet of it": f"/topology/?{urlencode({'tenant': TENANT, 'site': 'Site 07-1', 'subnet': '10.7.3.0/24'})}",
        "external addresses": "/topology/?by=external",
        "A phone": f"/devices/{_phone_of_tenant(session)}/",
        "Manage Users": "/users/",
        "Manage Users, its 100th page": "/users/?page=100",
        "Manage Users, a user": "/users/?q=user7777@",
        "Manage Users, a word of all": "/users/?q=example.com",
        "Manage Users, a word of nobody": "/users/?q=nobody",
        "Alarms": "/alarms/",
    }
    pages |= {
        f"Search for {title}": f"/search/?{urlencode({'q': word})}" for title, word in _SEARCHES.items()
    }
    pages |= {
        f"Suggestions for {title}": f"/search/suggestions?{urlencode({'q': word})}"
        for title, word in _SEARCHES.items()
    }
    return pages


def measure(
    web: Server, session: str, title: str, path: str, *, loads: int, used: Callable[[], tuple[float, float]]
) -> Taken:
    """Load a page so many times after the first. ``used`` says what both servers have used so far."""
    first, is_given_up = _load(web, session, path)
    before, taken = used(), []
    for _ in range(loads):
        seconds, is_given_up = _load(web, session, path)
        taken.append(seconds)
    own, database = ((after - then) / loads for then, after in zip(before, used(), strict=True))
    slow = quantiles(taken, n=20, method="inclusive")[-1] if loads > 1 else taken[0]
    return Taken(title, first, median(taken), slow, own, database, is_given_up)


def slowest(found: Sequence[Taken]) -> float:
    """Return the longest of the times in the middle; a search that was given up is the longest of all."""
    return max(one.middle for one in found)


def _list(**query: str) -> str:
    return f"{LIST}?{urlencode(query)}"


def _middle(session: Session, phones: int) -> str:
    """Return the address of a page behind half of all phones."""
    row = session.execute(
        select(DeviceStatus.status_changed_at, DeviceStatus.mac)
        .order_by(DeviceStatus.status_changed_at.desc(), DeviceStatus.mac.desc())
        .offset(phones // 2)
        .limit(1)
    ).one()
    place = Position("status_changed", is_forward=True, value=row[0], mac=row[1], rank=phones // 2)
    return _list(at=place.encode())


def _phone_of_tenant(session: Session) -> str:
    """Return the address of a phone that both accounts may see."""
    phones = select(DeviceStatus.mac).join(Tenant, Tenant.id == DeviceStatus.tenant_id)
    return session.scalars(phones.where(Tenant.name == TENANT).order_by(DeviceStatus.mac).limit(1)).one()


def _load(web: Server, session: str, path: str) -> tuple[float, bool]:
    name, _, value = session.partition(": ")
    begun = time.perf_counter()
    try:
        with urllib.request.urlopen(urllib.request.Request(web.url + path, headers={name: value})) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 400:
                raise
            error.read()
        return time.perf_counter() - begun, True
    return time.perf_counter() - begun, False
