"""Telnet to a phone: whether it may be called and as whom, and the transcript in the journal (manual 6.3)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, NotFoundError
from app.models import Device, DeviceStatus
from app.rules.phone_addresses import why_not_called
from app.rules.telnet import PORT, Conversation, TelnetCall
from app.services import journal, settings
from app.services.author import Author
from app.services.config_files.owners import read_owners
from app.services.config_files.sources import Sources
from app.services.phone_access import credentials_of, networks_of
from app.services.settings.definitions import YES


def is_on(session: Session) -> bool:
    """Whether System Settings permit it; they do not until somebody says so."""
    return settings.read_text(session, "telnet_to_phones") == YES


def get_status(session: Session, mac: str) -> DeviceStatus:
    """Return what a phone reported last; NotFoundError for one that never did, or that the account does not see."""
    status = session.scalar(select(DeviceStatus).where(DeviceStatus.mac == mac))
    if status is None:
        raise NotFoundError(f"The phone {mac} has never reported, or your account does not see it.")
    return status


def prepare(
    session: Session, mac: str, commands: Sequence[str], *, port: int = PORT, may_be_here: bool = False
) -> TelnetCall:
    """Return the call to a phone; ConflictError says why there is none.

    A phone is called where an operation would call it: at the address that it reports from, in the subnets of its
    tenant, and never through a proxy.
    """
    if not is_on(session):
        raise ConflictError("Telnet to devices is switched off in System Settings.")
    status = get_status(session, mac)
    if status.is_behind_proxy:
        raise ConflictError("The phone is behind the SBC proxy, which does not carry Telnet.")
    tenant_ids = [] if status.tenant_id is None else [status.tenant_id]
    networks = networks_of(session, tenant_ids).get(status.tenant_id, ())
    why_not = why_not_called(status.ip, status.external_ip, networks, may_be_here=may_be_here)
    if why_not:
        raise ConflictError(f"The phone is not called. {why_not}")
    sources = Sources(session)
    owners = read_owners(session, session.scalars(select(Device.id).where(Device.mac == mac)).all())
    sources.load(owners)
    user_name, password = credentials_of(sources, next(iter(owners), None), status)
    return TelnetCall(mac, status.ip, port, user_name, password, commands)


def note(
    session: Session, call: TelnetCall, conversation: Conversation, *, author: Author, now: datetime
) -> None:
    """Keep in the journal what was said, and by whom."""
    tenant_id = session.scalar(select(DeviceStatus.tenant_id).where(DeviceStatus.mac == call.mac))
    count = len(call.commands)
    said = "1 command was" if count == 1 else f"{count} commands were"
    journal.record(
        session,
        at=now,
        author=author,
        action="telnet",
        subject=call.mac,
        text=f"{said} said to the phone by Telnet. {conversation.problem}".strip(),
        tenant_id=tenant_id,
        details={"commands": list(call.commands), "transcript": conversation.transcript},
    )
