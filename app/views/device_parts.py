"""What the page of a phone keeps fresh by itself, and the lines of its long lists in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from app.rules.actions import KINDS
from app.services import hand_outs
from app.services.devices_status.details import Details
from app.services.fetches import reading as fetch_reading
from app.services.operations import of_phone
from app.services.operations.of_phone import Latest
from app.services.phone_history import reading as history_reading
from app.services.phone_history.reading import Group, Line
from app.views import operation_form
from app.views.times import live_moment, moment, zone_of_page

MOST_CHANGES = 12
MOST_OPERATIONS = 8
MOST_FETCHES = 10
GROUPS = {
    Group.STATUS: ("Status", "fa-signal"),
    Group.ADDRESS: ("Address", "fa-network-wired"),
    Group.FIRMWARE: ("Firmware", "fa-microchip"),
    Group.USER: ("User", "fa-user"),
    Group.PLACE: ("Place", "fa-location-dot"),
    Group.ACCESSORIES: ("Accessories", "fa-headset"),
}
"""The groups of a history: their titles and icons."""


@dataclass(frozen=True, slots=True)
class Day:
    """What changed on one day, the latest first."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked of the phone, in words."""

    target: Latest
    title: str
    way: str


def days_of(lines: Sequence[Line]) -> list[Day]:
    """Divide changes among the days of the page's time zone."""
    zone = zone_of_page()
    by_day = groupby(lines, key=lambda line: f"{line.at.astimezone(zone):%A, %d %B %Y}")
    return [Day(name, list(found)) for name, found in by_day]


def in_words(targets: Sequence[Latest]) -> list[Asked]:
    """Say of each target what was asked, and how it was."""
    return [
        Asked(target, KINDS[target.action].title, operation_form.WAY_WORDS[target.way] if target.way else "")
        for target in targets
    ]


def read_parts(session: Session, details: Details) -> dict[str, Any]:
    """Return what the templates of the page's parts show; the page and what keeps it fresh show the same."""
    macs = details.macs
    changes = history_reading.read(session, macs, most=MOST_CHANGES + 1)
    operations = in_words(of_phone.read(session, macs, most=MOST_OPERATIONS + 1))
    fetches = fetch_reading.read(session, macs, most=MOST_FETCHES + 1)
    goes_out_once = details.device is not None and details.device.tenant.hands_out_once
    return {
        "details": details,
        "phone": details.phone,
        "device": details.device,
        "days": days_of(changes[:MOST_CHANGES]),
        "has_more_changes": len(changes) > MOST_CHANGES,
        "operations": operations[:MOST_OPERATIONS],
        "has_more_operations": len(operations) > MOST_OPERATIONS,
        "latest": next((asked for asked in operations), None),
        "fetches": fetches[:MOST_FETCHES],
        "has_more_fetches": len(fetches) > MOST_FETCHES,
        "goes_out_once": goes_out_once,
        "hand_out": hand_outs.find(session, details.device.id) if details.device and goes_out_once else None,
        **words(),
    }


def words() -> dict[str, Any]:
    """Return what the lists call things, and the ways in which they write times."""
    return {
        "groups": GROUPS,
        "file_kinds": fetch_reading.KIND_WORDS,
        "answer_words": fetch_reading.answer_words,
        "moment": moment,
        "live_moment": live_moment,
    }
