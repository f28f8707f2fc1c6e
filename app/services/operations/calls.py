"""How the phones of a claim are asked: where, with which password, or why not by a call."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, Operation
from app.models.enums import Action, Way
from app.rules.addresses import find_address
from app.rules.phone_addresses import why_not_called
from app.rules.phone_calls import CALLED, FACTORY, PhoneCall, SignIn, asked_by
from app.services import settings
from app.services.config_files.owners import FileOwner, read_owners
from app.services.config_files.sources import Sources
from app.services.operations import approving, postponing, readying
from app.services.operations.claiming import Claim
from app.services.operations.results import Result
from app.services.phone_access import credentials_of, networks_of
from app.services.settings.definitions import YES

_SETTINGS = ("https_to_devices", "verify_phones", "sbc_proxy_host", "sbc_phone_pages")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where phones have their web pages, which is the same for all of them, and whether they may be on this machine."""

    http: int = 80
    https: int = 443
    may_be_here: bool = False


REAL_PHONES = Ports()


@dataclass(slots=True)
class Prepared:
    """What is to be done about each target of a claim, by its id.

    ``calls`` are made; of the phones in ``told_later`` the text says why they are told in the answer to a report, of
    those that are ``absent`` why they are put off; ``results`` are of those that nothing is asked of.
    """

    calls: dict[int, PhoneCall] = field(default_factory=dict)
    told_later: dict[int, str] = field(default_factory=dict)
    absent: dict[int, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)


def prepare(session: Session, claim: Claim, ports: Ports, *, now: datetime) -> Prepared:
    """Say what is to be done about the targets of a claim; what has to be there before a phone is asked is made."""
    operation = claim.operation
    prepared = Prepared()
    macs = [mac for _, mac in claim.targets]
    refused = {}
    if operation.action is Action.APPROVE:
        refused = approving.approve(session, operation, macs, now=now)
        macs = [mac for mac in macs if mac not in refused]
    statuses, devices = _read_statuses(session, macs), _read_devices(session, macs)
    absent = _absent(operation, macs, statuses)
    nothing_to_ask = refused | readying.make_ready(
        session, operation, macs, devices, statuses, absent=absent, now=now
    )
    desk = _Desk(session, operation, ports, statuses, devices)
    for target_id, mac in claim.targets:
        if mac in nothing_to_ask:
            state, reason = nothing_to_ask[mac]
            prepared.results.append(Result(target_id, state, reason, Way.HERE))
        elif mac in absent:
            prepared.absent[target_id] = absent[mac]
        else:
            call = desk.call_of(mac)
            if isinstance(call, PhoneCall):
                prepared.calls[target_id] = call
            else:
                prepared.told_later[target_id] = call
    return prepared


def _absent(
    operation: Operation, macs: Sequence[str], statuses: Mapping[str, DeviceStatus]
) -> dict[str, str]:
    """Return which phones are not there, and why, for an operation that tries them again."""
    if operation.deadline_seconds is None:
        return {}
    reasons = {mac: postponing.why_absent(statuses.get(mac)) for mac in macs}
    return {mac: reason for mac, reason in reasons.items() if reason}


class _Desk:
    """Decides the way to each phone of a claim; what it needs for all of them is read at once."""

    def __init__(
        self,
        session: Session,
        operation: Operation,
        ports: Ports,
        statuses: Mapping[str, DeviceStatus],
        devices: Mapping[str, Device],
    ) -> None:
        self._action = asked_by(operation.action)
        self._ports = ports
        self._statuses = statuses
        self._texts = settings.read_texts(session, _SETTINGS)
        self._sources = Sources(session)
        owners = read_owners(session, [device.id for device in devices.values()])
        self._sources.load(owners)
        self._owners: dict[str, FileOwner] = {owner.mac: owner for owner in owners}
        tenants = {status.tenant_id for status in statuses.values() if status.tenant_id is not None}
        self._networks = networks_of(session, tenants)

    def call_of(self, mac: str) -> PhoneCall | str:
        """Return the call to make, or why the phone is told in the answer to its next report."""
        if self._action not in CALLED:
            return "Phones take this in the answer to a report."
        status = self._statuses.get(mac)
        if status is None:
            return "It has not reported yet."
        if status.is_behind_proxy:
            return self._by_proxy(mac, status)
        networks = self._networks.get(status.tenant_id, ())
        why_not = why_not_called(status.ip, status.external_ip, networks, may_be_here=self._ports.may_be_here)
        if why_not:
            return why_not
        scheme = "https" if self._texts["https_to_devices"] == YES else "http"
        port = self._ports.https if scheme == "https" else self._ports.http
        return self._call(mac, status, f"{scheme}://{_host(status.ip)}:{port}", Way.DIRECT)

    def _by_proxy(self, mac: str, status: DeviceStatus) -> PhoneCall | str:
        """Ask through the SBC, at the address that an administrator has given for phones behind it."""
        pattern, address = self._texts["sbc_phone_pages"], find_address(status.ip)
        if not pattern:
            return "It is behind the SBC proxy, and System Settings do not say where the SBC has the phones' pages."
        if address is None:
            return "It has reported no address."
        root = pattern.replace("<ip>", quote(str(address))).replace("<mac>", mac).rstrip("/")
        return self._call(mac, status, root, Way.SBC_PROXY)

    def _call(self, mac: str, status: DeviceStatus, root: str, way: Way) -> PhoneCall:
        return PhoneCall(
            mac=mac,
            root=root,
            way=way,
            action=self._action,
            sign_ins=self._sign_ins(mac, status),
            verifies_certificate=self._texts["verify_phones"] == YES,
        )

    def _sign_ins(self, mac: str, status: DeviceStatus) -> Sequence[SignIn]:
        """Return what may open the phone's pages: what its file says, then what it left the factory with.

        A phone that has not loaded its file, as when it was approved a moment ago, knows nothing of the first.
        """
        own = credentials_of(self._sources, self._owners.get(mac), status)
        return list(dict.fromkeys((own, FACTORY)))


def _read_statuses(session: Session, macs: Collection[str]) -> dict[str, DeviceStatus]:
    rows = session.scalars(
        select(DeviceStatus).where(DeviceStatus.mac.in_(macs)).execution_options(populate_existing=True)
    )
    return {status.mac: status for status in rows}


def _read_devices(session: Session, macs: Collection[str]) -> dict[str, Device]:
    return {device.mac: device for device in session.scalars(select(Device).where(Device.mac.in_(macs)))}


def _host(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip
