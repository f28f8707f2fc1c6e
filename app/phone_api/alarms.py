"""Alarms and events of phones (protocol 4)."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.phone_api.claims import Claim
from app.phone_api.context import Context
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.payloads import decode_object, text_of
from app.rules.alarms.wire import is_clear, mac_in_source, severity_from_wire
from app.rules.report_limits import ALERT_LIMITS, within_limits
from app.services.alarms import recording
from app.services.alarms.recording import Alert

_ACCEPTED = PhoneResponse(200, b'{"result":"accepted"}', {"Content-Type": "application/json"})
_TEXTS = ("uniqueid", "name", "description", "date", "severity", "source", "type", "probablecause")
_INFOS = ("additionalinfo1", "additionalinfo2")


def parse(request: PhoneRequest, _parts: dict[str, str]) -> list[Alert]:
    """Read the alarms of a request; raises InvalidInputError when one of them is none, so that none is stored."""
    alerts = decode_object(request.body).get("alerts")
    if not isinstance(alerts, list) or not all(isinstance(alert, dict) for alert in alerts):
        raise InvalidInputError(
            "The body names no alarms: send them as a list of objects in the member alerts."
        )
    return [_alert(alert, request.peer) for alert in alerts]


def claim(alerts: list[Alert]) -> Claim:
    """Return whom alarms are about."""
    return Claim(tuple({alert.mac: None for alert in alerts if alert.mac}))


def record(session: Session, calls: Sequence[list[Alert]], context: Context) -> list[PhoneResponse]:
    """Record the alarms of all requests in their order."""
    recording.record(session, list(chain.from_iterable(calls)), now=context.now)
    return [_ACCEPTED] * len(calls)


def _alert(members: dict[str, Any], peer: str) -> Alert:
    lower = {str(name).lower(): text_of(value) for name, value in members.items()}
    texts, too_long = within_limits({name: lower.get(name, "") for name in (*_TEXTS, *_INFOS)}, ALERT_LIMITS)
    texts |= dict.fromkeys(too_long, "")
    if not texts["name"].strip():
        raise InvalidInputError("An alarm has no name, or one that is too long: send it in the member name.")
    clears = is_clear(texts["severity"], texts["description"])
    return Alert(
        mac=mac_in_source(texts["source"]),
        source=texts["source"],
        wire_name=texts["name"].strip(),
        severity=Severity.CLEARED if clears else severity_from_wire(texts["severity"]),
        is_clear=clears,
        text=texts["description"],
        info1=texts["additionalinfo1"],
        info2=texts["additionalinfo2"],
        unique_id=texts["uniqueid"][:20],
        reported_type=texts["type"][:20],
        reported_cause=texts["probablecause"][:20],
        reported_date=texts["date"],
        peer=peer,
    )
