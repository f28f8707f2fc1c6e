"""What is known of an alarm, as the conditions of rules ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.models.enums import Train
from app.rules.alarms.catalogue import type_titled
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.fields import GENERIC, UC
from app.rules.conditions.types.ordered import written_duration
from app.rules.conditions.types.yes_no import NO, YES
from app.rules.user_agents import parse_user_agent
from app.rules.versions import train_of

_TRAINS = {Train.UC: UC, Train.GENERIC: GENERIC}


@dataclass(frozen=True, slots=True)
class PhoneOfAlarm:
    """What the phone of an alarm reported last beside what the alarm itself shows; empty is not known."""

    user_agent: str = ""
    user: str = ""
    phone_number: str = ""
    location: str = ""
    sip_proxy: str = ""
    vlan: str = ""
    is_behind_proxy: bool = False


@dataclass(frozen=True, slots=True)
class PlaceOfAlarm:
    """The names of the tenant and the site of an alarm, and the time on the wall there; empty is none."""

    tenant: str
    site: str
    on_the_wall: datetime


def facts_of(
    alarm: Mapping[str, Any], phone: PhoneOfAlarm | None, place: PlaceOfAlarm, now: datetime
) -> KnownFacts:
    """Return the facts of an alarm, given by its columns; one that is of no phone has none of a phone."""
    kind = type_titled(alarm["name"])
    info = " ".join(filter(None, (alarm["info1"], alarm["info2"])))
    written: dict[str, str | None] = {
        "model": alarm["model"],
        "ip": alarm["ip"],
        "mac": alarm["mac"],
        "firmware": alarm["firmware_version"],
        "tenant": place.tenant,
        "site": place.site,
        "now": place.on_the_wall.replace(tzinfo=None).isoformat(timespec="minutes"),
        "alarm": alarm["name"],
        "severity": alarm["severity"],
        "event_type": kind.event_type.words.partition("(")[0] if kind else None,
        "cause": kind.cause.words.partition("(")[0] if kind else None,
        "text": alarm["text"],
        "info": info,
        "source_kind": alarm["source_kind"],
        "age": written_duration(max(int((now - alarm["first_raised_at"]).total_seconds()), 0)),
        "count": str(alarm["count"]),
        "acked": YES if alarm["acknowledged_at"] else NO,
        "level": str(alarm["level"]),
        "flapping": YES if alarm["flaps_until"] else NO,
    }
    if phone is not None:
        written |= _of_phone(phone, alarm["firmware_version"])
    return KnownFacts(written)


def _of_phone(phone: PhoneOfAlarm, firmware: str) -> dict[str, str | None]:
    agent = parse_user_agent(phone.user_agent)
    train = train_of(firmware) if firmware else agent.train if agent else Train.GENERIC
    return {
        "vendor": agent.vendor if agent else None,
        "hardware": agent.hardware if agent else None,
        "oem": agent.oem if agent else None,
        "train": _TRAINS[train],
        "user_agent": phone.user_agent,
        "user": phone.user,
        "phone_number": phone.phone_number,
        "location": phone.location,
        "sip_proxy": phone.sip_proxy,
        "vlan": phone.vlan,
        "via_proxy": YES if phone.is_behind_proxy else NO,
    }
