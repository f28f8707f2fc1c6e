"""A phone asks for its file: what it is given when it is a device, and while it waits (protocol 3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus
from app.rules.sentences import quoted
from app.rules.zero_touch.template import choose_template
from app.services import config_files, status_rows
from app.services.status_rows import StatusRow
from app.services.zero_touch import Decider

MOST_UNREPORTED_PER_ADDRESS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """A phone's request for its own file by the URL of a tenant; ``tenant_name`` may name none."""

    mac: str
    tenant_name: str
    user_agent: str
    peer: str


@dataclass(frozen=True, slots=True)
class PhoneFile:
    """The file a phone gets and the name of its template, or the sentence that says why it gets none."""

    text: str | None
    template_name: str = ""
    refusal: str = ""


def contact_by_file(session: Session, request: FileRequest, *, now: datetime) -> PhoneFile:
    """Place a phone that asks for its file and has none of its own (docs/decisions/0005).

    One that is no device gets its template's file with no secret in it, and a row from which it can be approved when
    its model is known. Refused are a tenant that does not exist, and a phone that no template fits.
    """
    decider = Decider(session, now)
    stored = status_rows.lock(session, [request.mac]).get(request.mac)
    row = _with_request(decider, stored or status_rows.make(request.mac, now), request)
    decider.attach([row])
    if row["device_id"] is not None:
        return _file_of_device(session, request.mac)
    if stored is not None or _may_have_row(session, decider, row):
        decider.decide_on_file_request(row)
        decider.carry_out()
        if row != stored:
            status_rows.write(session, [row | {"digest": None}])
    return _waiting_file(decider, row)


def why_no_file(session: Session, mac: str) -> str:
    """Return the sentence that says why a phone has no file of its own."""
    if session.scalar(select(Device.id).where(Device.mac == mac)) is None:
        return f"There is no file for the phone {mac}: it has not been approved yet."
    return f"There is no file for the phone {mac}: no template fits it, or none was generated."


def _with_request(decider: Decider, row: StatusRow, request: FileRequest) -> StatusRow:
    """Return the row with what the request tells; what the phone itself reported goes before that."""
    row = row | {
        "url_tenant": request.tenant_name,
        "user_agent": row["user_agent"] or request.user_agent,
    }
    if row["status"] is None:
        row["external_ip"] = request.peer
        row["is_behind_proxy"] = decider.surroundings.is_proxy(request.peer)
    return row


def _file_of_device(session: Session, mac: str) -> PhoneFile:
    """Return the device's file where it was generated since the request came in."""
    file = config_files.find(session, config_files.name_for(mac))
    if file is None:
        return PhoneFile(None, refusal=why_no_file(session, mac))
    return PhoneFile(config_files.text_of(file), file.template_name)


def _may_have_row(session: Session, decider: Decider, row: StatusRow) -> bool:
    """Whether an unknown phone gets a row: of a known model, and not one of too many (docs/decisions/0005)."""
    if decider.surroundings.facts_of(row).model is None:
        return False
    unreported = select(func.count()).where(
        DeviceStatus.external_ip == row["external_ip"],
        DeviceStatus.status.is_(None),
        DeviceStatus.device_id.is_(None),
    )
    return session.scalars(unreported).one() < MOST_UNREPORTED_PER_ADDRESS


def _waiting_file(decider: Decider, row: StatusRow) -> PhoneFile:
    facts = decider.surroundings.facts_of(row)
    tenant = decider.surroundings.topology.find_tenant_named(row["url_tenant"])
    if tenant is None:
        return PhoneFile(None, refusal=f"There is no tenant called {quoted(row['url_tenant'])}.")
    choice = choose_template(facts.model, facts.train, tenant, decider.surroundings.templates)
    if choice.template_id is None:
        return PhoneFile(None, refusal=f"There is no file for the phone {row['mac']}. {choice.reason}")
    text = config_files.render_for_waiting_phone(
        decider.sources,
        row["mac"],
        template_id=choice.template_id,
        tenant_id=tenant.id,
        site_id=decider.site_in(tenant.name, row),
    )
    return PhoneFile(text, decider.sources.template(choice.template_id).name)
