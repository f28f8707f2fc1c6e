"""How the list is sorted by each column: what is filled in first, what is empty last, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, func, null, select, true, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, Device, DeviceSeen, DeviceStatus, PhoneSearch, Site, Tenant
from app.models.enums import Approval
from app.services.devices_status.ipv4_number import Ipv4Number

# A place in the order travels in an address, which has to stay short.
_SORTED_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the list: the query for its keys (MAC address and value), and what they are sorted by."""

    keys: Select[tuple[str, Any]]
    sorted_by: tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Ordering:
    """What a column is sorted by, of which ``kind`` that is, and which rows have something in it.

    ``joined`` is the table it stands in where that is not the status row's own, and ``on`` the way there.
    ``is_indexed`` where an index has the rows in this order.
    """

    kind: type[str | int | datetime]
    value: ColumnElement[Any]
    is_filled: ColumnElement[bool]
    joined: Any = None
    on: ColumnElement[bool] | None = None
    is_indexed: bool = False

    def part(self, *, is_blank: bool) -> Part:
        """Return the rows with something in the column, or those with nothing in it."""
        mac = DeviceStatus.mac.expression
        if is_blank:
            return Part(self._keys(null()).where(self.is_filled.is_not(true())), (mac,))
        return Part(self._keys(self.value).where(self.is_filled), (self.value, mac))

    def _keys(self, value: ColumnElement[Any]) -> Select[tuple[str, Any]]:
        keys = select(DeviceStatus.mac, value.label("value"))
        return keys if self.joined is None else keys.outerjoin(self.joined, self.on)


def _text(
    column: InstrumentedAttribute[Any], joined: Any = None, on: ColumnElement[bool] | None = None
) -> Ordering:
    value = type_coerce(column, String)
    return Ordering(str, value, value > "", joined, on)


def _words(column: InstrumentedAttribute[str]) -> Ordering:
    """Sort what people write, by its beginning and without regard to case."""
    return Ordering(str, func.lower(func.substr(column, 1, _SORTED_CHARACTERS), type_=String), column > "")


def _kept(
    kind: type[str | int], column: InstrumentedAttribute[Any], is_filled: ColumnElement[bool]
) -> Ordering:
    """Sort by what the database has calculated already, and keeps in this order."""
    return Ordering(
        kind, column.expression, is_filled, PhoneSearch, PhoneSearch.mac == DeviceStatus.mac, is_indexed=True
    )


def _time(
    column: InstrumentedAttribute[Any], joined: Any = None, on: ColumnElement[bool] | None = None
) -> Ordering:
    return Ordering(datetime, column.expression, column.is_not(None), joined, on)


def _address(column: InstrumentedAttribute[str]) -> Ordering:
    """Sort IPv4 addresses by their numbers; any other text counts as nothing."""
    return Ordering(int, Ipv4Number(column), column.like("%.%.%.%"))


_APPROVAL = case(
    (DeviceStatus.device_id.is_not(None), "approved"),
    (DeviceStatus.is_blocked, "blocked"),
    (DeviceStatus.approval == Approval.NOT_NEEDED, "not needed"),
    else_="pending",
)

_ORDERINGS: Mapping[str, Ordering] = {
    "status": _text(DeviceStatus.status),
    "user": _words(DeviceStatus.user_name),
    "number": replace(_text(DeviceStatus.phone_number), is_indexed=True),
    "status_changed": replace(_time(DeviceStatus.status_changed_at), is_indexed=True),
    "mac": replace(_text(DeviceStatus.mac), is_indexed=True),
    "ip": _address(DeviceStatus.ip),
    "model": replace(_text(DeviceStatus.model), is_indexed=True),
    "version": replace(_text(DeviceStatus.firmware_version), is_indexed=True),
    "tenant": _text(Tenant.name_key, Tenant, Tenant.id == DeviceStatus.tenant_id),
    "site": _text(Site.name_key, Site, Site.id == DeviceStatus.site_id),
    "template": _text(ConfigTemplate.name_key, ConfigTemplate, ConfigTemplate.id == DeviceStatus.template_id),
    "reported": _time(DeviceSeen.seen_at, DeviceSeen, DeviceSeen.mac == DeviceStatus.mac),
    "location": _words(DeviceStatus.location),
    "btoe": _text(DeviceStatus.btoe_status),
    "btoe_version": _text(DeviceStatus.btoe_version),
    "usb_headset": _words(DeviceStatus.usb_headset),
    "vlan": _text(DeviceStatus.vlan_id),
    "sip_proxy": _words(DeviceStatus.sip_proxy),
    "subnet": _text(DeviceStatus.subnet_mask),
    "user_agent": _words(DeviceStatus.user_agent),
    "hrs_model": _words(DeviceStatus.hrs_speaker_model),
    "hrs_firmware": _words(DeviceStatus.hrs_speaker_firmware),
    "serial": _text(Device.serial_number, Device, Device.id == DeviceStatus.device_id),
    "external_ip": _address(DeviceStatus.external_ip),
    "approval": Ordering(str, _APPROVAL, DeviceStatus.mac.is_not(None)),
}
_ON_POSTGRESQL: Mapping[str, Ordering] = {
    "user": _kept(str, PhoneSearch.user_key, PhoneSearch.user_key > ""),
    "location": _kept(str, PhoneSearch.location_key, PhoneSearch.location_key > ""),
    "ip": _kept(int, PhoneSearch.ip_number, PhoneSearch.ip_number.is_not(None)),
}
KINDS = {name: ordering.kind for name, ordering in _ORDERINGS.items()}
"""What the list is sorted by in each order: a text, a number, or a time."""


def ordering_by(session: Session, name: str) -> Ordering:
    """Return how the list is sorted by the column of this name in the database at hand."""
    if session.get_bind().dialect.name == "postgresql" and name in _ON_POSTGRESQL:
        return _ON_POSTGRESQL[name]
    return _ORDERINGS[name]
