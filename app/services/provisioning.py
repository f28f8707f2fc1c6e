"""A phone asks for its file: what it is given when it is a device, and while it waits (protocol 3)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus
from app.rules.sentences import quoted
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.template import TemplateChoice
from app.services import config_files, status_rows, stored_files
from app.services.config_files.waiting import WaitingFiles
from app.services.phone_history import places
from app.services.status_rows import StatusRow
from app.services.stored_files import StoredFile
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
    """The file a phone gets and its template, or the sentence that says why it gets none."""

    text: str | None
    template_name: str = ""
    refusal: str = ""
    template_id: int | None = None


def contact_by_file(session: Session, requests: Sequence[FileRequest], *, now: datetime) -> list[PhoneFile]:
    """Place phones that ask for their files and have none of their own, in their order (docs/decisions/0005).

    One that is no device gets its template's file with no secret in it, and a row from which it can be approved when
    its model is known. One that has reported a user, and needs no approval in the tenant that it names now, becomes a
    device. Refused are a tenant that does not exist, and a phone that no template fits.
    """
    desk = _Desk(session, requests, now)
    files = [desk.answer(request) for request in requests]
    desk.write()
    return [file or desk.file_of_device(request.mac) for file, request in zip(files, requests, strict=True)]


def why_no_file(session: Session, mac: str) -> str:
    """Return the sentence that says why a phone has no file of its own."""
    blocked = select(DeviceStatus.placement_reason).where(
        DeviceStatus.mac == mac, DeviceStatus.is_blocked, DeviceStatus.device_id.is_(None)
    )
    reason = session.scalar(blocked)
    if reason is not None:
        return _no_file(mac, reason)
    if session.scalar(select(Device.id).where(Device.mac == mac)) is None:
        return not_approved(mac)
    return _why_no_file_of_device(mac)


def not_approved(mac: str) -> str:
    """Return the sentence for a phone that is no device, be it one that nobody has heard of."""
    return f"There is no file for the phone {mac}: it has not been approved yet."


def no_tenant(name: str) -> str:
    """Return the sentence for the URL of a tenant that there is not."""
    return f"There is no tenant called {quoted(name)}."


class _Desk:
    """Answers the requests of one transaction; what it needs for all of them is read at once."""

    def __init__(self, session: Session, requests: Sequence[FileRequest], now: datetime) -> None:
        self._session = session
        self._now = now
        self._decider = Decider(session, now)
        self._waiting_files = WaitingFiles(self._decider.sources)
        macs = {request.mac for request in requests}
        self._stored = status_rows.lock(session, macs)
        self._rows = {mac: dict(self._stored.get(mac) or status_rows.make(mac, now)) for mac in macs}
        self._decider.attach(self._rows.values())
        self._devices = {mac for mac, row in self._rows.items() if row["device_id"] is not None}
        self._files = self._files_of(self._devices)
        self._joining: set[str] = set()
        self._kept = set(self._stored)
        newcomers = {request.peer for request in requests if request.mac not in self._stored}
        self._unreported = Counter(_count_unreported(session, newcomers))

    def answer(self, request: FileRequest) -> PhoneFile | None:
        """Return what a phone gets, and bring its row up to date; None where its file is there after ``write``."""
        if request.mac in self._devices:
            return self.file_of_device(request.mac)
        if request.mac in self._joining:
            return None
        row = self._with_request(request)
        facts = self._decider.surroundings.facts_of(row)
        is_kept = request.mac in self._kept or self._may_have_row(facts)
        choice = self._decider.decide_on_file_request(row, facts, is_kept=is_kept)
        if is_kept:
            self._rows[request.mac] = row
            self._kept.add(request.mac)
        if choice is None:
            self._joining.add(request.mac)
            return None
        return self._waiting_file(row, choice)

    def write(self) -> None:
        """Write the rows that changed, the decisions and what follows from them."""
        self._decider.carry_out()
        kept = [self._rows[mac] for mac in self._kept - self._devices]
        changed = [row | {"digest": None} for row in kept if row != self._stored.get(row["mac"])]
        status_rows.write(self._session, changed)
        places.note_moves(self._session, places.sites_of(self._stored.values()), changed, now=self._now)
        self._files |= self._files_of(self._joining)

    def file_of_device(self, mac: str) -> PhoneFile:
        """Return the device's file, where one was generated."""
        if self._rows[mac]["is_blocked"]:
            return PhoneFile(None, refusal=_no_file(mac, self._rows[mac]["placement_reason"]))
        file = self._files.get(stored_files.key_of(config_files.name_for(mac)))
        if file is None or file.content is None:
            return PhoneFile(None, refusal=_why_no_file_of_device(mac))
        text = stored_files.text_of(file.content).decode()
        return PhoneFile(text, file.template_name, template_id=file.template_id)

    def _files_of(self, macs: Iterable[str]) -> dict[str, StoredFile]:
        names = [config_files.name_for(mac) for mac in macs]
        return stored_files.find_many(self._session, names, with_content=True) if names else {}

    def _with_request(self, request: FileRequest) -> StatusRow:
        """Return the row with what the request tells; what the phone itself reported goes before that."""
        row = self._rows[request.mac] | {"url_tenant": request.tenant_name}
        row["user_agent"] = row["user_agent"] or request.user_agent
        if row["status"] is None:
            row["external_ip"] = request.peer
            row["is_behind_proxy"] = self._decider.surroundings.is_proxy(request.peer)
        return row

    def _may_have_row(self, facts: Facts) -> bool:
        """Whether an unknown phone gets a row: of a known model, and not one of too many (docs/decisions/0005)."""
        peer = facts.peer or ""
        if facts.model is None or self._unreported[peer] >= MOST_UNREPORTED_PER_ADDRESS:
            return False
        self._unreported[peer] += 1
        return True

    def _waiting_file(self, row: StatusRow, choice: TemplateChoice) -> PhoneFile:
        if self._decider.surroundings.topology.find_tenant_named(row["url_tenant"]) is None:
            return PhoneFile(None, refusal=no_tenant(row["url_tenant"]))
        if choice.template_id is None:
            return PhoneFile(None, refusal=f"There is no file for the phone {row['mac']}. {choice.reason}")
        text = self._waiting_files.text_for(
            row["mac"],
            template_id=choice.template_id,
            tenant_id=row["tenant_id"],
            site_id=row["site_id"],
        )
        name = self._decider.sources.template(choice.template_id).name
        return PhoneFile(text, name, template_id=choice.template_id)


def _count_unreported(session: Session, peers: Collection[str]) -> dict[str, int]:
    """Return for each of these addresses how many phones asked from it that are no devices and never reported."""
    if not peers:
        return {}
    counts = select(DeviceStatus.external_ip, func.count()).where(
        DeviceStatus.external_ip.in_(peers),
        DeviceStatus.status.is_(None),
        DeviceStatus.device_id.is_(None),
    )
    return dict(session.execute(counts.group_by(DeviceStatus.external_ip)).all())


def _no_file(mac: str, reason: str) -> str:
    return f"There is no file for the phone {mac}. {reason}"


def _why_no_file_of_device(mac: str) -> str:
    return f"There is no file for the phone {mac}: no template fits it, or none was generated."
