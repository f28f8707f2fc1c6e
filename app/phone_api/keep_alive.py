"""Status reports of phones (protocol 2), under the address of 7.4 and under the newer one (protocol 6)."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models.enums import Status
from app.phone_api.claims import Claim
from app.phone_api.context import Context
from app.phone_api.errors import refuse
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.payloads import decode_texts
from app.rules.addresses import address_text
from app.rules.mac_addresses import parse_mac
from app.rules.presence import status_from_text
from app.rules.report_limits import REPORT_LIMITS, within_limits
from app.rules.sentences import quoted
from app.services import customers, presence
from app.services.reports import Report

COLUMNS = {
    "ip": "ip",
    "subnet": "subnet_mask",
    "region": "region",
    "model": "model",
    "fwversion": "firmware_version",
    "useragent": "user_agent",
    "username": "user_name",
    "userid": "user_id",
    "phonenumber": "phone_number",
    "location": "location",
    "sipproxy": "sip_proxy",
    "vlanid": "vlan_id",
    "btoepairingstatus": "btoe_status",
    "btoeversion": "btoe_version",
    "usbheadsettype": "usb_headset",
    "hrsspeakermodel": "hrs_speaker_model",
    "hrsspeakerfw": "hrs_speaker_firmware",
}
"""The members that are kept, in lower case as spellings differ by firmware, and the columns they go to."""

_NAMES = {column: name for name, column in COLUMNS.items()}
_LIMITS = {column: REPORT_LIMITS[name] for name, column in COLUMNS.items()}

_SAY_NOTHING_WHEN_EMPTY = ("region", "model", "user_agent")
"""What a phone is placed by: many send it in their first report and leave it empty later (protocol 2.1)."""

_NOTHING_WAITS = PhoneResponse(200, b'{"requests":[]}', {"Content-Type": "application/json"})


class Call(msgspec.Struct, frozen=True):
    """A report, and the customer whom the newer address names."""

    report: Report
    customer: str | None


def parse(request: PhoneRequest, parts: dict[str, str]) -> Call:
    """Read a report; raises InvalidInputError for a body that is none, a bad MAC or an unknown status."""
    members = decode_texts(request.body)
    said = {column: members[name] for name, column in COLUMNS.items() if name in members}
    said["user_agent"] = said.get("user_agent") or request.user_agent
    fields, too_long = within_limits(said, _LIMITS)
    for column in _SAY_NOTHING_WHEN_EMPTY:
        if fields.get(column) == "":
            del fields[column]
    if "ip" in fields:
        fields["ip"] = address_text(fields["ip"])
    report = Report(
        mac=_mac(members.get("mac", "")),
        fields=fields,
        status=_status(members.get("status", "")),
        peer=request.peer,
        too_long=tuple(_NAMES[column] for column in too_long) if too_long else (),
    )
    return Call(report, parts.get("customer"))


def claim(call: Call) -> Claim:
    """Return whom a report is about."""
    report = call.report
    return Claim((report.mac,), report.fields.get("region", ""), call.customer)


def record(session: Session, calls: Sequence[Call], context: Context) -> list[PhoneResponse]:
    """Record the reports and answer each with the actions that wait for its phone."""
    tenants = _names_of_customers(session, calls)
    refusals = [_refusal(call, tenants) for call in calls]
    accepted = [
        _with_tenant(call, tenants) for call, refusal in zip(calls, refusals, strict=True) if not refusal
    ]
    recorded = presence.record_keep_alives(session, accepted, now=context.now)
    context.heard |= recorded.heard
    requests = iter(recorded.requests)
    return [refusal or _answer(next(requests)) for refusal in refusals]


def _mac(text: str) -> str:
    if not text:
        raise InvalidInputError("The report names no phone: send its MAC address in the member mac.")
    return parse_mac(text)


def _status(text: str) -> Status | None:
    return status_from_text(text) if text.strip() else None


def _answer(requests: list[str]) -> PhoneResponse:
    """Return the answer: never empty, or the phone would send its report again (protocol 2.3)."""
    if not requests:
        return _NOTHING_WAITS
    body = msgspec.json.encode({"requests": requests})
    return PhoneResponse(200, body, {"Content-Type": "application/json"})


def _names_of_customers(session: Session, calls: Sequence[Call]) -> Mapping[str, str]:
    """Return the tenants' names by their external ids, where a call names one (protocol 6)."""
    if all(call.customer is None for call in calls):
        return {}
    return customers.names_by_external_id(session)


def _refusal(call: Call, tenants: Mapping[str, str]) -> PhoneResponse | None:
    """Return 404 for an unknown customer, 422 where no tenant has an external id, and otherwise None."""
    if call.customer is None or call.customer in tenants:
        return None
    if not tenants:
        return refuse(422, "No tenant has an external id yet, so no customer is known.")
    return refuse(404, f"No tenant has the external id {quoted(call.customer)}.")


def _with_tenant(call: Call, tenants: Mapping[str, str]) -> Report:
    if call.customer is None:
        return call.report
    return msgspec.structs.replace(call.report, url_tenant=tenants[call.customer])
