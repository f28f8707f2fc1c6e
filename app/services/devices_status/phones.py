"""One phone as Devices Status lists it: its last report, its place and its user."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, Device, DeviceSeen, DeviceStatus, PhoneUser, Site, Tenant
from app.models.enums import Approval, Status, Train
from app.rules.addresses import find_address
from app.rules.versions import train_of


class Phone(NamedTuple):
    """A row of the list. ``user_name`` is who is signed in, ``owner`` whose phone it is; texts are '' where unknown.

    ``is_blocked`` is a phone that would be a device if licences had room for it. The fields are the columns of
    ``_PHONES`` in their order: a page makes fifty of them out of rows, which as objects took longer than to draw them.
    """

    mac: str
    tenant_id: int | None
    device_id: int | None
    approval: Approval
    is_blocked: bool
    placement_reason: str
    url_tenant: str
    status: Status | None
    status_changed_at: datetime | None
    first_seen_at: datetime
    seen_at: datetime | None
    ip: str
    external_ip: str
    is_behind_proxy: bool
    subnet_mask: str
    model: str
    firmware_version: str
    user_agent: str
    user_name: str
    user_id: str
    phone_number: str
    location: str
    sip_proxy: str
    vlan_id: str
    btoe_status: str
    btoe_version: str
    usb_headset: str
    hrs_speaker_model: str
    hrs_speaker_firmware: str
    serial_number: str
    tenant: str
    site: str
    template: str
    owner: str
    nickname: str

    @property
    def is_approvable(self) -> bool:
        """Whether approving it would do anything: there is no device yet (manual, chapter 8)."""
        return self.device_id is None

    @property
    def is_pending(self) -> bool:
        """Whether it becomes a device only when an operator approves it."""
        return self.is_approvable and self.approval is not Approval.NOT_NEEDED

    @property
    def approval_word(self) -> str:
        """Return how its approval stands, as the export says it."""
        if self.is_blocked:
            return "blocked"
        if self.is_pending:
            return "pending"
        return "not needed" if self.is_approvable else "approved"

    @property
    def is_skype_for_business(self) -> bool:
        """Whether its firmware is of the Skype for Business train (manual 6.3 step 6)."""
        return Train.UC in {train_of(self.firmware_version), _train_in(self.user_agent)}

    @property
    def shown_location(self) -> str:
        """Return the location, which only Skype for Business phones show (manual 6.3 step 6)."""
        return self.location if self.is_skype_for_business else ""

    @property
    def titled_user(self) -> str:
        """Return who is signed in, with the nickname: ``name [nickname]`` (protocol 15)."""
        return f"{self.user_name} [{self.nickname}]" if self.user_name and self.nickname else self.user_name

    @property
    def web_host(self) -> str | None:
        """Return the host of the phone's own web interface, or None where it reported no usable address."""
        address = find_address(self.ip)
        if address is None or address.is_loopback or address.is_multicast or address.is_unspecified:
            return None
        return f"[{address}]" if address.version == 6 else str(address)


def find_phone(session: Session, mac: str) -> Phone | None:
    """Return the phone of this MAC address that ever asked or reported, or None."""
    return next(iter(read_phones(session, [mac])), None)


def read_phones(session: Session, macs: Collection[str]) -> list[Phone]:
    """Return the phones of these MAC addresses, in the order given; those that are not to be seen are left out."""
    found = {row.mac: Phone._make(row) for row in session.execute(_PHONES, {"macs": list(macs)})}
    return [found[mac] for mac in macs if mac in found]


def _train_in(user_agent: str) -> Train:
    """Return the train of the version in a User-Agent of a phone: ``AUDC-IPPhone-430HD_UC_2.0.13.121/1.0``."""
    return Train.UC if "_UC_" in user_agent else Train.GENERIC


def _or_empty(*columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """Return the first that has a text, or the empty text."""
    return func.coalesce(*(func.nullif(column, "") for column in columns), "")


_PHONES = (
    select(
        DeviceStatus.mac,
        DeviceStatus.tenant_id,
        DeviceStatus.device_id,
        DeviceStatus.approval,
        and_(DeviceStatus.is_blocked, DeviceStatus.device_id.is_(None)).label("is_blocked"),
        DeviceStatus.placement_reason,
        DeviceStatus.url_tenant,
        DeviceStatus.status,
        DeviceStatus.status_changed_at,
        DeviceStatus.first_seen_at,
        DeviceSeen.seen_at,
        DeviceStatus.ip,
        DeviceStatus.external_ip,
        DeviceStatus.is_behind_proxy,
        DeviceStatus.subnet_mask,
        DeviceStatus.model,
        DeviceStatus.firmware_version,
        DeviceStatus.user_agent,
        DeviceStatus.user_name,
        DeviceStatus.user_id,
        DeviceStatus.phone_number,
        DeviceStatus.location,
        DeviceStatus.sip_proxy,
        DeviceStatus.vlan_id,
        DeviceStatus.btoe_status,
        DeviceStatus.btoe_version,
        DeviceStatus.usb_headset,
        DeviceStatus.hrs_speaker_model,
        DeviceStatus.hrs_speaker_firmware,
        _or_empty(Device.serial_number).label("serial_number"),
        _or_empty(Tenant.name).label("tenant"),
        _or_empty(Site.name).label("site"),
        _or_empty(ConfigTemplate.name).label("template"),
        _or_empty(PhoneUser.display_name, PhoneUser.name).label("owner"),
        _or_empty(PhoneUser.nickname).label("nickname"),
    )
    .select_from(DeviceStatus)
    .outerjoin(DeviceSeen, DeviceSeen.mac == DeviceStatus.mac)
    .outerjoin(Device, Device.id == DeviceStatus.device_id)
    .outerjoin(PhoneUser, PhoneUser.id == Device.phone_user_id)
    .outerjoin(Tenant, Tenant.id == DeviceStatus.tenant_id)
    .outerjoin(Site, Site.id == DeviceStatus.site_id)
    .outerjoin(ConfigTemplate, ConfigTemplate.id == DeviceStatus.template_id)
    .where(DeviceStatus.mac.in_(bindparam("macs", expanding=True)))
)
