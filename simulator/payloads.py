"""The bodies that phones send: their members, and the JSON of real senders, which is not always valid."""

import json
import random
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from simulator.alarms import Alarm
from simulator.identity import Hardware, Train
from simulator.settings import Settings
from simulator.users import User

MALFORMED = b'{"mac": "00908f", "status": started, '
_EQUIPMENT: tuple[Mapping[str, str], ...] = (
    {},
    {"USBHeadsetType": "Jabra EVOLVE 30 II"},
    {"BToEpairingstatus": "auto paired", "BToEversion": "2.1.0.0"},
    {"BToEpairingstatus": "not paired", "BToEversion": ""},
    {"USBHeadsetType": "unknown", "HRSSpeakerModel": "457", "HRSSpeakerFW": "1.2.3"},
)
_WRITER = json.JSONEncoder(ensure_ascii=False)


class Status(StrEnum):
    """What a phone says of itself in a report (protocol 2.4)."""

    STARTED = "started"
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    OFFLINE = "offline"


class JsonStyle(StrEnum):
    """How a sender writes JSON: as the standard says, or with the faults of senders in the field (2.2)."""

    STRICT = "strict"
    TRAILING_COMMA = "trailing_comma"
    MISSING_COMMA = "missing_comma"


def credentials(settings: Settings, rng: random.Random) -> dict[str, str]:
    """The members that begin every body; session and password differ each time, as on real phones."""
    return {
        "sessionId": f"{rng.getrandbits(32):08x}",
        "emsUserName": settings.ems_user_name,
        "emsUserPassword": f"{rng.getrandbits(128):032x}",
    }


def phone_members(hardware: Hardware, settings: Settings) -> dict[str, str]:
    """What a report says of the phone itself."""
    identity = hardware.identity
    members = {
        "mac": hardware.mac_as_written,
        "ip": identity.ip,
        "subnet": identity.subnet_mask,
        "model": identity.model,
        "fwVersion": hardware.firmware_version,
        "userAgent": hardware.user_agent,
    }
    if settings.vlan_id:
        members["vLanId" if hardware.train is Train.UC else "vlanId"] = settings.vlan_id
    return members


def user_members(user: User | None, train: Train) -> dict[str, str]:
    """What a report says of who is signed in; empty texts when nobody is. Generic phones know no user id."""
    members = {
        "userName": user.display_name if user else "",
        "phoneNumber": user.phone_number if user else "",
        "sipProxy": user.sip_proxy if user else "",
    }
    if train is Train.UC:
        members |= {"userId": user.id if user else "", "location": user.location if user else ""}
    return members


def equipment_members(train: Train, rng: random.Random) -> Mapping[str, str]:
    """What is plugged into this phone; only Skype for Business firmware reports it."""
    return rng.choice(_EQUIPMENT) if train is Train.UC else {}


def report_text(members: Mapping[str, str], style: JsonStyle) -> bytes:
    """A report as one flat JSON object, written in the style of its sender."""
    lines = []
    for name, value in members.items():
        is_comma_forgotten = style is JsonStyle.MISSING_COMMA and name == "sipProxy"
        lines.append(f"{_json(name)}: {_json(value)}{'' if is_comma_forgotten else ','}")
    text = "\n".join(lines)
    return f"{{\n{_last_comma(text, style)}\n}}".encode()


def alarm_text(head: Mapping[str, str], mac: str, alarm: Alarm, at: datetime, style: JsonStyle) -> bytes:
    """An alarm, or its end when its severity says so (protocol 4.1). ``at`` is written the way phones do."""
    members: dict[str, str | int] = {
        "uniqueId": alarm.unique_id,
        "name": alarm.name,
        "description": alarm.description,
        "date": _alarm_date(at, style),
        "severity": alarm.severity,
        "source": f"IPPhone/{mac}",
        "type": 2,
        "probableCause": 5,
        "additionalInfo1": "",
        "additionalInfo2": "",
    }
    inner = "".join(f"{_json(name)}: {_json(value)}," for name, value in members.items())
    outer = "".join(f"{_json(name)}: {_json(value)}, " for name, value in head.items())
    return f'{{{outer}"alerts": [{{{_last_comma(inner, style)}}}]}}'.encode()


def _alarm_date(at: datetime, style: JsonStyle) -> str:
    """Senders in the field write the day of the year where the day of the month belongs."""
    return at.strftime("%Y-%m-%dT%H:%M:%S" if style is JsonStyle.STRICT else "%Y-%m-%jT%H:%M:%S")


def _last_comma(text: str, style: JsonStyle) -> str:
    return text.rstrip(",") if style is JsonStyle.STRICT else text


def _json(value: str | int) -> str:
    return _WRITER.encode(value)
